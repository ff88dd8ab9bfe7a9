import type { Dialect } from '@tollgate/contracts';
import { codecOf, type Json } from '@tollgate/dialects';
import { isObject, listOf, parse } from '../checks.js';
import { ANSWER_OPTIONS, meaningOf, requestAgain, type ChatCodec } from '../codec-checks.js';
import type { Recording } from '../recordings.js';

export function checkEmbeddings(recording: Recording, dialect: Dialect): void {
  const { back } = codecOf(dialect)!;
  const answer = parse(recording.response);
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
}

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

export function checkEmbeddingsRequest(recording: Recording, dialect: Dialect): string | null {
  const codec = codecOf(dialect)!;
  if (codec.front === undefined) return 'nobody calls in the words of this dialect';
  const request = parse(recording.request);
  // What a text is for is a hint that OpenAI-shaped providers do without, and Ollama's older endpoint has a prompt.
  const { input_type: hint, prompt, ...rest } = request;
  const isHint = recording.provider !== 'cohere';
  const expected = {
    ...rest,
    ...(prompt !== undefined && { input: [prompt] }),
    ...(!isHint && { input_type: hint }),
  };
  const again = requestAgain(codec as unknown as ChatCodec, request);
  expect(meaningOf(again)).toEqual(meaningOf(expected));
  return null;
}
