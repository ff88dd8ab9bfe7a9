import {
  GatewayError,
  NO_USAGE,
  type AttemptHeader,
  type ErrorCode,
  type Outcome,
} from '@tollgate/contracts';

export type Random = () => number;

/** How a scripted deployment takes one call: how long, and what comes of it. */
export interface Reply {
  readonly milliseconds: number;
  /** null: it answers. */
  readonly error: { readonly code: ErrorCode; readonly retryAfterMs?: number } | null;
  /** What it says of its own rate limit. */
  readonly remaining?: { readonly requests: number; readonly resetMs: number };
}

/** A provider's behaviour; may remember. `at`: epoch ms. */
export type Behaviour = (at: number, random: Random) => Reply;

/** Latencies of language models have a long tail: a median and a spread, log-normal. */
const latency = (median: number, spread: number, random: Random): number => {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return median * Math.exp(spread * normal);
};

const answers = (milliseconds: number): Reply => ({ milliseconds, error: null });
const fails = (milliseconds: number, code: ErrorCode): Reply => ({ milliseconds, error: { code } });

export const steady =
  (median: number, spread = 0.3): Behaviour =>
  (_at, random) =>
    answers(latency(median, spread, random));

/** Fails a share of its calls, quickly as failing servers do. */
export const failing =
  (share: number, median: number): Behaviour =>
  (_at, random) =>
    random() < share
      ? fails(latency(median / 4, 0.2, random), 'upstream_error')
      : answers(latency(median, 0.3, random));

/** Well for a while, gone for a while. */
export const flapping =
  (periodMs: number, median: number): Behaviour =>
  (at, random) =>
    Math.floor(at / periodMs) % 2 === 0
      ? answers(latency(median, 0.3, random))
      : fails(latency(30, 0.2, random), 'upstream_connection');

export const dead = (): Behaviour => (_at, random) => fails(latency(5, 0.2, random), 'upstream_connection');

/** So many calls a minute; says how many are left, and refuses the rest until the minute is over. */
export function rateLimited(perMinute: number, median: number, { lies = false } = {}): Behaviour {
  let minute = -1;
  let served = 0;
  return (at, random) => {
    const now = Math.floor(at / 60_000);
    if (now !== minute) [minute, served] = [now, 0];
    const resetMs = (now + 1) * 60_000 - at;
    const isOver = served >= perMinute;
    if (!isOver) served += 1;
    // A liar claims to have room, and does not say when to come back.
    const remaining = { requests: lies ? 1_000 : perMinute - served, resetMs };
    if (isOver)
      return {
        milliseconds: latency(20, 0.2, random),
        error: { code: 'upstream_rate_limited', ...(!lies && { retryAfterMs: resetMs }) },
        remaining,
      };
    return { ...answers(latency(median, 0.3, random)), remaining };
  };
}

/** What a worker would tell the router of it. A stream's first token comes after a third of the time. */
export function outcomeOf(reply: Reply, header: AttemptHeader, costNanos: number): Outcome {
  const { milliseconds: latencyMs, error, remaining } = reply;
  const limits = remaining && {
    requests: { limit: null, remaining: remaining.requests, resetMs: remaining.resetMs },
  };
  const common = { latencyMs, ...(limits !== undefined && { limits }) };
  if (error === null) {
    const firstTokenMs = header.call.stream ? latencyMs / 3 : null;
    const usage = { ...NO_USAGE, input: header.call.inputTokens, output: 200 };
    return { ...common, delivered: true, error: null, firstTokenMs, usage, costNanos };
  }
  const { code, retryAfterMs } = error;
  const shape = new GatewayError(code, `the ${code} of the provider`, { retryAfterMs }).toShape();
  return { ...common, delivered: false, error: shape, firstTokenMs: null, usage: null, costNanos: null };
}
