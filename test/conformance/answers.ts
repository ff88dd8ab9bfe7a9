import { GatewayError, TASK_OF, type Dialect, type Usage } from '@tollgate/contracts';
import { priceUsage } from '@tollgate/pricing';
import { parse } from './checks.js';
import { liteLlmName } from './provider-names.js';
import type { Recording } from './recordings.js';
import { OURS, serve, type Served } from './serve.js';
import { modelAsked, toldUsage } from './told-usage.js';

const AT = Date.parse('2026-10-01T12:00:00Z');

/** Dialects of chat that callers have streams of. */
const CHATS: readonly Dialect[] = [
  'openai-chat',
  'openai-responses',
  'openai-completions',
  'anthropic-messages',
  'gemini-content',
  'bedrock-converse',
  'cohere-chat',
  'ollama-chat',
  'ollama-generate',
];

/** What a caller gets of an answer, in its own dialect and in every other one, and what it is billed. */
export function checkServed(recording: Recording, dialect: Dialect): readonly string[] {
  let served: Served;
  try {
    served = serve(recording, dialect, dialect);
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    expect(error.code).toMatch(/^upstream_/);
    return ['an error that was told with status 200 is one'];
  }
  checkSameBytes(recording, served);
  if (isUnfinished(recording, dialect)) return ['what is not answered yet has no other words'];
  if (TASK_OF[dialect] === 'chat') CHATS.forEach((to) => checkTranslated(recording, dialect, to, served));
  return checkBill(recording, served.progress.usage);
}

/** A response that goes on in the background. */
const isUnfinished = ({ response, isStream }: Recording, dialect: Dialect): boolean =>
  dialect === 'openai-responses' &&
  !isStream &&
  /^(?:queued|in_progress)$/.test(String(parse(response)['status']));

/** What a caller of the provider's own dialect gets is what the provider said, but for the model's name. */
function checkSameBytes({ response, isStream, api }: Recording, { bytes }: Served): void {
  if (!isStream && response[0] !== OPEN_BRACKET) {
    const answer = parse(response);
    expect(parse(bytes)).toEqual({ ...answer, ...(answer['model'] !== undefined && { model: OURS }) });
    return;
  }
  // Events that a model was invoked for are unwrapped, those of a list have no bytes of their own.
  const isFramedAnew = response[0] === OPEN_BRACKET || api === 'bedrock.invokeStream';
  if (!isFramedAnew) expect(unnamed(bytes)).toBe(unnamed(response));
}

const OPEN_BRACKET = 0x5b;

/** Without names of models, and without the end that is added where a stream has none. */
const unnamed = (bytes: Buffer): string =>
  bytes
    .toString('latin1')
    .replaceAll(/"model"\s*:\s*"[^"]*"/g, '"model"')
    .replace(/\s*(?:data: ?\[DONE\]\s*)?$/, '');

/** A caller of another dialect gets an answer too, for the same bill. */
function checkTranslated(recording: Recording, from: Dialect, to: Dialect, { progress }: Served): void {
  if (to === from) return;
  const translated = serve(recording, from, to);
  expect(translated.bytes.length).toBeGreaterThan(0);
  expect(translated.progress.usage).toEqual(progress.usage);
}

/** Counts are whole and not negative, and the catalogue's prices make an integer of nano-dollars of them. */
function checkBill(recording: Recording, usage: Usage | null): readonly string[] {
  if (usage === null) return ['no usage is told: the bill is an estimate'];
  const { pieces: _pieces, ...counts } = usage;
  expect(Object.values(counts).every((count) => Number.isSafeInteger(count) && count >= 0)).toBe(true);
  const model = modelAsked(recording) ?? toldUsage(recording)?.model;
  if (model === undefined) return ['the recording does not say of which model it is'];
  const query = { provider: liteLlmName(recording.provider), model, baseModel: null, overrides: {}, at: AT };
  const nanos = priceUsage(usage, query);
  if (nanos === null) return [`no price is known for the model`];
  expect(Number.isSafeInteger(nanos) && nanos >= 0).toBe(true);
  return [];
}
