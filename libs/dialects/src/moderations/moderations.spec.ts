import { ANSWER_OPTIONS, fuzzCodec } from '../testing/fuzz-codec.js';
import { mistralModerations, openAiModerations } from './moderations.js';

const scores = { category_scores: { law: 0.9, pii: 0.1 } };
const answer = {
  id: 'm1',
  model: 'mistral-moderation-latest',
  results: [
    { categories: { law: true, pii: false }, ...scores },
    { categories: { law: false, pii: false }, ...scores },
  ],
  usage: { prompt_tokens: 13, completion_tokens: 0, total_tokens: 74 },
};

it("Mistral's moderations get OpenAI's verdict: flagged where a category is", () => {
  const { results } = mistralModerations.back!.toCanonical(answer, ANSWER_OPTIONS);
  expect(results).toEqual(answer.results.map((result, index) => ({ flagged: index === 0, ...result })));
});

it('all that was read is input', () => {
  expect(mistralModerations.back!.facts(answer)).toMatchObject({
    usage: { input: 74, reasoning: 0 },
    responseId: 'm1',
  });
  expect(openAiModerations.back!.facts({ id: 'modr-1', results: [] }).usage).toBeNull();
});

it.each([openAiModerations, mistralModerations])(
  'nothing but a GatewayError comes of spoilt bodies: $dialect',
  (codec) => {
    fuzzCodec(codec, {
      requests: [{ input: 'x' }],
      canonicalRequests: [{ input: 'x' }],
      answers: [answer],
      canonicalAnswers: [answer],
      events: [],
      canonicalChunks: [],
    });
  },
);
