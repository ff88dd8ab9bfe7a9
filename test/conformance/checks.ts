import { completionTokens, promptTokens, type Usage } from '@tollgate/contracts';
import { SseDecoder, spliceObject, type Json, type SseEvent } from '@tollgate/dialects';

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const listOf = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isObject) : []);

export const parse = (text: string | Uint8Array): Json =>
  JSON.parse(Buffer.from(text).toString('utf8')) as Json;

export const asEvent = (value: Json): SseEvent => ({
  event: null,
  data: JSON.stringify(value),
  raw: new Uint8Array(),
});

export const DONE_EVENT: SseEvent = { event: null, data: '[DONE]', raw: new Uint8Array() };

/** Decodes a stream in one piece and in small ones; both must agree and lose no byte. */
export function decodeStream(bytes: Buffer): SseEvent[] {
  const whole = new SseDecoder();
  const events = [...whole.push(bytes), ...whole.flush()];
  const pieces = new SseDecoder();
  const again: SseEvent[] = [];
  for (let at = 0; at < bytes.length; at += 7) again.push(...pieces.push(bytes.subarray(at, at + 7)));
  again.push(...pieces.flush());
  expect(again.map(({ event, data }) => [event, data])).toEqual(
    events.map(({ event, data }) => [event, data]),
  );
  const raw = Buffer.concat(events.map((event) => event.raw)).toString('utf8');
  expect(raw.trimEnd()).toBe(bytes.toString('utf8').trimEnd());
  return events;
}

/** A splice of the model's name changes the name and not one other byte. */
export function checkSplice(text: string | Uint8Array): void {
  const before = Buffer.from(text).toString('utf8');
  const written = /"model"\s*:\s*("(?:[^"\\]|\\.)*")/;
  const topLevel = parse(before)['model'];
  const after = Buffer.from(spliceObject(Buffer.from(before), { model: '"spliced-model"' })).toString('utf8');
  expect(parse(after)).toEqual({ ...parse(before), model: 'spliced-model' });
  if (typeof topLevel !== 'string') return;
  const [, literal = ''] = written.exec(before) ?? [];
  if (literal !== JSON.stringify(topLevel)) return;
  const occurrences = after.split('"spliced-model"');
  expect(occurrences.join(JSON.stringify(topLevel))).toBe(before);
}

/** Counts are not negative and add up to what the provider says. `told` are its totals, undefined where it tells none. */
export function checkUsage(
  usage: Usage | null,
  told: { prompt: unknown; completion: unknown; total?: unknown },
): void {
  expect(usage).not.toBeNull();
  if (usage === null) return;
  for (const count of Object.values(usage)) {
    expect(Number.isInteger(count)).toBe(true);
    expect(count).toBeGreaterThanOrEqual(0);
  }
  const isWhole = told.total === undefined || told.total === Number(told.prompt) + Number(told.completion);
  // NOTE where the total is more than the two, tokens of audio or reasoning are in neither: they are in ours.
  if (!isWhole) expect(promptTokens(usage) + completionTokens(usage)).toBe(told.total);
  if (isWhole && told.prompt !== undefined) expect(promptTokens(usage)).toBe(told.prompt);
  if (isWhole && told.completion !== undefined) expect(completionTokens(usage)).toBe(told.completion);
}
