import type { Json } from '../json/json.js';
import { NdjsonDecoder } from '../ndjson/ndjson-decoder.js';
import { ANSWER_OPTIONS, eventOf, fuzzCodec } from '../testing/fuzz-codec.js';
import { hello, weather } from '../testing/translate-chat.js';
import { ollamaChat, ollamaGenerate } from './ollama.js';

const { front, back } = ollamaChat as Required<typeof ollamaChat>;
const head = { model: 'seen', created_at: '1970-01-01T00:00:01.000Z' };
const totals = { done: true, done_reason: 'stop', prompt_eval_count: 11, eval_count: 7 };
const call = { id: 'call_a', function: { name: 'weather', arguments: { city: 'Ulm' } } };

const answer = {
  ...{ ...head, ...totals },
  message: { role: 'assistant', content: 'It rains', thinking: 'hm', tool_calls: [call] },
};
const part = (message: Json): Json => ({ ...head, message: { role: 'assistant', ...message }, done: false });
const lines = [
  part({ content: '', thinking: 'hm' }),
  part({ content: 'It ' }),
  part({ content: 'rains' }),
  part({ content: '', tool_calls: [call] }),
  { ...head, message: { role: 'assistant', content: '' }, ...totals },
];
const completion = back.toCanonical(answer, ANSWER_OPTIONS);

function decoded(payloads: readonly Json[]): Json[] {
  const decoder = back.stream!(ANSWER_OPTIONS);
  const chunks = payloads.flatMap((payload) => decoder.push(eventOf(payload)));
  expect(decoder).toMatchObject({ finished: true, done: true, rawUsage: { eval_count: 7 } });
  return chunks;
}

it("Ollama's answers as chat have thinking, text, calls and usage", () => {
  expect(completion).toMatchObject({
    object: 'chat.completion',
    choices: [
      {
        message: {
          ...{ role: 'assistant', content: 'It rains', reasoning_content: 'hm' },
          tool_calls: [{ id: 'call_a', type: 'function', function: { arguments: '{"city":"Ulm"}' } }],
        },
        finish_reason: 'tool_calls',
      },
    ],
    usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 },
  });
  expect(back.facts(answer)).toMatchObject({ usage: { input: 11, output: 7 } });
});

it('calls without an id get one that no other answer has', () => {
  const bare = { ...answer, message: { tool_calls: [{ function: call.function }] } };
  expect(back.toCanonical(bare, ANSWER_OPTIONS)).toMatchObject({
    choices: [{ message: { content: null, tool_calls: [{ id: 'call_1_0' }] } }],
  });
});

it("Ollama's streams as chat say what the whole answer says", () => {
  const chunks = decoded(lines);
  const deltas = chunks.flatMap(({ choices }) => choices as { delta: Json }[]).map(({ delta }) => delta);
  expect(deltas).toEqual([
    { role: 'assistant', content: '' },
    { reasoning_content: 'hm' },
    { content: 'It ' },
    { content: 'rains' },
    {
      tool_calls: [
        {
          index: 0,
          id: 'call_a',
          type: 'function',
          function: { name: 'weather', arguments: '{"city":"Ulm"}' },
        },
      ],
    },
    {},
  ]);
  expect(chunks.at(-2)).toMatchObject({ choices: [{ finish_reason: 'tool_calls' }] });
  expect(chunks.at(-1)).toMatchObject({ choices: [], usage: completion['usage'] });
});

it('of /api/generate both are read too', () => {
  const said = { response: 'It rains', thinking: 'hm', ...totals, done_reason: 'length' };
  expect(ollamaGenerate.back!.toCanonical(said, ANSWER_OPTIONS)).toMatchObject({
    choices: [{ message: { content: 'It rains', reasoning_content: 'hm' }, finish_reason: 'length' }],
  });
  const decoder = ollamaGenerate.back!.stream!(ANSWER_OPTIONS);
  expect(decoder.push(eventOf({ response: 'It', done: false })).at(-1)).toMatchObject({
    choices: [{ delta: { content: 'It' } }],
  });
});

it('an error in a stream of status 200 is an error, and what is cut is not finished', () => {
  const decoder = back.stream!(ANSWER_OPTIONS);
  decoder.push(eventOf(lines[0]));
  expect(decoder).toMatchObject({ started: true, finished: false, usage: null });
  expect(() => decoder.push(eventOf({ error: 'out of memory' }))).toThrow('out of memory');
  expect(() => back.toCanonical({ error: 'no such model' }, ANSWER_OPTIONS)).toThrow('no such model');
});

describe("chat answers as Ollama's", () => {
  it('come back as they were', () => {
    expect(front.fromCanonical(completion, ANSWER_OPTIONS)).toMatchObject(answer);
  });

  it('stream as they were streamed', () => {
    const encoder = front.stream!(ANSWER_OPTIONS);
    const bytes = [...decoded(lines).map((chunk) => encoder.push(chunk)), encoder.end()];
    const events = new NdjsonDecoder().push(Buffer.concat(bytes.filter((piece) => piece !== null)));
    expect(events.map(({ data }) => JSON.parse(data) as unknown)).toMatchObject(lines);
    expect(events).toHaveLength(lines.length);
  });

  it('have the arguments of a call when they are whole', () => {
    const encoder = front.stream!(ANSWER_OPTIONS);
    const delta = (fragment: Json): Json => ({ choices: [{ index: 0, delta: { tool_calls: [fragment] } }] });
    expect(
      encoder.push(delta({ index: 0, id: 'a', function: { name: 'weather', arguments: '{"ci' } })),
    ).toBeNull();
    expect(encoder.push(delta({ index: 0, function: { arguments: 'ty":"Ulm"}' } }))).toBeNull();
    const [calls, last] = new NdjsonDecoder().push(encoder.end()!);
    expect(JSON.parse(calls!.data)).toMatchObject({
      message: { tool_calls: [{ id: 'a', function: { arguments: { city: 'Ulm' } } }] },
      done: false,
    });
    expect(JSON.parse(last!.data)).toMatchObject({ done: true, done_reason: 'stop', eval_count: 0 });
  });

  it('of /api/generate have their text on the top level', () => {
    const said = ollamaGenerate.front!.fromCanonical(completion, ANSWER_OPTIONS);
    expect(said).toMatchObject({ ...head, ...totals, response: 'It rains', thinking: 'hm' });
  });
});

it('nothing but a GatewayError comes of spoilt bodies', () => {
  const chat = { model: 'm', messages: hello, tools: [weather], response_format: { type: 'json_object' } };
  const own = {
    messages: [
      { role: 'user', content: 'x', images: ['/9j/'] },
      { role: 'assistant', tool_calls: [call] },
      { role: 'tool', content: 'y' },
    ],
    ...{ prompt: 'x', options: { seed: 1 }, format: 'json', think: true },
  };
  for (const codec of [ollamaChat, ollamaGenerate]) {
    fuzzCodec(codec, {
      requests: [own],
      canonicalRequests: [chat],
      answers: [answer, { response: 'x', ...totals }],
      canonicalAnswers: [completion],
      events: lines,
      canonicalChunks: decoded(lines),
    });
  }
});
