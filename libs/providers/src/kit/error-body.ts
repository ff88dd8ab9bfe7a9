import { waitMs } from './retry-after.js';

/** What the gateway reads in a provider's error, whatever its shape. */
export interface ErrorBody {
  readonly text: string;
  readonly type: string | undefined;
  readonly code: string | undefined;
  readonly param: string | undefined;
  /** How long to wait, where the body tells it. */
  readonly retryAfterMs: number | undefined;
}

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value : undefined;

const codeOf = (value: unknown): string | undefined =>
  typeof value === 'number' ? String(value) : textOf(value);

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/**
 * Reads `{error:{message,type,code,param}}` (OpenAI, Anthropic, Azure), `{error:"…"}` (Ollama), `{message}`, `{detail}`
 * (Mistral, vLLM), a list of one of these (Google), or plain text.
 */
export function readErrorBody(body: string): ErrorBody {
  const parsed = parse(body);
  const whole: unknown = Array.isArray(parsed) ? parsed[0] : parsed;
  if (!isFields(whole))
    return { text: body.trim(), type: undefined, code: undefined, param: undefined, retryAfterMs: undefined };
  const error = isFields(whole['error']) ? whole['error'] : whole;
  const detail = whole['detail'] ?? whole['message'];
  const text =
    textOf(error['message']) ??
    textOf(whole['error']) ??
    textOf(detail) ??
    (detail === undefined ? body : JSON.stringify(detail));
  return {
    text,
    type: textOf(error['type']),
    code: codeOf(error['code']),
    param: textOf(error['param']),
    retryAfterMs: retryDelayMs(error['details']),
  };
}

/** Google tells it in one of the details: `{ "@type": "…/google.rpc.RetryInfo", "retryDelay": "48s" }`. */
function retryDelayMs(details: unknown): number | undefined {
  const delays = Array.isArray(details)
    ? details.filter(isFields).map((each) => textOf(each['retryDelay']))
    : [];
  return waitMs(
    delays.find((delay) => delay !== undefined),
    Date.now(),
  );
}
