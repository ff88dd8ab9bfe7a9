import type { CostParts, ResponseHead } from '@tollgate/contracts';
import { formatDollars } from '../dollars.js';
import { roundedMs } from '../durations.js';
import type { CallContext } from '../http/request-context.js';
import { VERSION } from '../version.js';

/** Headers that describe one hop or one encoding of the body: the provider's do not hold for our answer. */
const NOT_OURS = new Set([
  'connection',
  'content-encoding',
  'content-length',
  'date',
  'keep-alive',
  'proxy-authenticate',
  'server',
  'set-cookie',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** The headers of a successful answer, at the time of its head: a stream's durations are those until then. */
export function answerHeaders(
  call: CallContext,
  head: ResponseHead,
  ours: readonly (Readonly<Record<string, string>> | undefined)[],
): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name in head.headers) {
    if (!NOT_OURS.has(name)) headers[name] = headerValue(head.headers[name] ?? '');
  }
  Object.assign(headers, ...ours, call.notice?.headers);
  // OpenAI's SDK reads the first, Anthropic's the second.
  headers['x-request-id'] = call.id;
  headers['request-id'] = call.id;
  headers['x-tollgate-call-id'] = call.id;
  headers['x-tollgate-provider'] = headerValue(head.provider);
  headers['x-tollgate-attempts'] = attemptsOf(head);
  headers['x-litellm-call-id'] = call.clientId;
  headers['x-litellm-model-id'] = headerValue(head.deploymentId);
  headers['x-litellm-model-group'] = headerValue(head.group);
  headers['x-litellm-model-name'] = headerValue(`${head.provider}/${head.upstreamModel}`);
  if (head.apiBase !== null) headers['x-litellm-model-api-base'] = headerValue(head.apiBase);
  headers['x-litellm-version'] = VERSION;
  headers['x-litellm-attempted-retries'] = String(head.retries);
  headers['x-litellm-attempted-fallbacks'] = String(head.fallbacks);
  const elapsedMs = performance.now() - call.startedAt;
  headers['x-litellm-response-duration-ms'] = milliseconds(elapsedMs);
  headers['x-litellm-overhead-duration-ms'] = milliseconds(elapsedMs - head.upstreamMs);
  if (head.costNanos !== null) headers['x-litellm-response-cost'] = formatDollars(head.costNanos);
  if (head.costParts !== undefined) addCostHeaders(headers, head.costParts);
  if (isStream(head)) {
    headers['cache-control'] = 'no-cache';
    headers['x-accel-buffering'] = 'no';
  }
  return headers;
}

/** Of what the provider's list says, and what the config takes off or adds. */
function addCostHeaders(headers: Record<string, string>, parts: CostParts): void {
  const { listedNanos, discountNanos, marginNanos } = parts;
  headers['x-litellm-response-cost-original'] = formatDollars(listedNanos);
  if (discountNanos !== 0) headers['x-litellm-response-cost-discount-amount'] = formatDollars(discountNanos);
  if (marginNanos !== 0) headers['x-litellm-response-cost-margin-amount'] = formatDollars(marginNanos);
}

/** Events, or lines of JSON. */
export const isStream = (head: ResponseHead): boolean =>
  /^(?:text\/event-stream|application\/x-ndjson)/.test(head.headers['content-type'] ?? '');

/** Attempt ids are `{call id}:{n}`, n from 1. */
const attemptsOf = (head: ResponseHead): string => head.attemptId.slice(head.attemptId.lastIndexOf(':') + 1);

/** Two clocks, on two machines maybe, measure an overhead: it may come out below nothing. */
const milliseconds = (duration: number): string => String(Math.max(0, roundedMs(duration)));

const PLAIN = /^[\t\x20-\x7e]*$/;

/** Names may be in any script, headers may not. (By way of bytes: a lone surrogate would make the encoding throw.) */
const headerValue = (value: string): string =>
  PLAIN.test(value) ? value : encodeURIComponent(Buffer.from(value).toString());
