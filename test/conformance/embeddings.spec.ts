import { codecOf, type Codec, type Json } from '@tollgate/dialects';
import { isObject, listOf, parse } from './checks.js';
import { ANSWER_OPTIONS, failureOf, meaningOf, requestAgain, type ChatCodec } from './codec-checks.js';
import { recordingsOf, type Recording } from './recordings.js';
import { describeRecordings } from './suite.js';

/** Providers with a dialect of their own; Gemini's embeddings are elsewhere, all others are OpenAI's. */
const OWN = {
  cohere: 'cohere-embed',
  ollama: 'ollama-embed',
  perplexity: 'perplexity-embed',
  voyage: 'voyage-embed',
} as const;

function codecFor({ provider }: Recording): Codec {
  const dialect = Object.hasOwn(OWN, provider) ? OWN[provider as keyof typeof OWN] : 'openai-embeddings';
  return codecOf(dialect)!;
}

const recordings = recordingsOf('embeddings').filter(
  ({ provider }) => !['gemini', 'vertex'].includes(provider),
);

describeRecordings('embeddings as recorded', recordings, (recording) => {
  const { back } = codecFor(recording);
  const answer = parse(recording.response);
  if (recording.status !== 200) {
    expect(failureOf(() => inOpenAiWords(back!.toCanonical(answer, ANSWER_OPTIONS), 'float')).code).toMatch(
      /^upstream_/,
    );
    return;
  }
  const canonical = back!.toCanonical(answer, ANSWER_OPTIONS);
  const vectors = listOf(inOpenAiWords(canonical, 'float')['data']);
  expect(vectors).toHaveLength(countOf(parse(recording.request)));
  for (const { embedding } of vectors) {
    const values = embedding as number[];
    expect(values.length).toBeGreaterThan(0);
    expect(values.every((value) => Number.isFinite(value))).toBe(true);
  }
  checkEncoding(canonical);
  checkTold(back!.facts(answer).usage, answer);
});

const inOpenAiWords = (canonical: Json, encoding: string): Json =>
  codecOf('openai-embeddings')!.front!.fromCanonical(canonical, {
    ...ANSWER_OPTIONS,
    request: { encoding_format: encoding },
  });

/** Vectors are the same whichever way a caller wants them, to the precision of 32 bits. */
function checkEncoding(canonical: Json): void {
  const encoded = inOpenAiWords(canonical, 'base64');
  const [text] = listOf(encoded['data']);
  expect(typeof text?.['embedding']).toBe('string');
  const [back] = listOf(inOpenAiWords(encoded, 'float')['data']);
  const [direct] = listOf(inOpenAiWords(canonical, 'float')['data']);
  const narrowed = (direct?.['embedding'] as number[]).map(Math.fround);
  expect(back?.['embedding']).toEqual(narrowed);
}

const countOf = ({ input, texts, prompt }: Json): number => [input ?? texts ?? prompt].flat().length;

/** NOTE Ollama's older endpoint tells no count, and Voyage's total may be 0. */
function checkTold(usage: unknown, answer: Json): void {
  if (Array.isArray(answer['embedding'])) {
    expect(usage).toBeNull();
    return;
  }
  const meta = isObject(answer['meta']) ? (answer['meta']['billed_units'] as Json) : undefined;
  const told = answer['usage'] as Json | undefined;
  expect(usage).toMatchObject({ input: meta?.['input_tokens'] ?? told?.['total_tokens'], output: 0 });
}

const requests = recordings.filter(
  (recording) => recording.status === 200 && codecFor(recording).front !== undefined,
);

describeRecordings('requests for embeddings as recorded', requests, (recording) => {
  const request = parse(recording.request);
  // What a text is for is a hint that OpenAI-shaped providers do without, and Ollama's older endpoint has a prompt.
  const { input_type: hint, prompt, ...rest } = request;
  const isHint = recording.provider !== 'cohere';
  const expected = {
    ...rest,
    ...(prompt !== undefined && { input: [prompt] }),
    ...(!isHint && { input_type: hint }),
  };
  const again = requestAgain(codecFor(recording) as unknown as ChatCodec, request);
  expect(meaningOf(again)).toEqual(meaningOf(expected));
});
