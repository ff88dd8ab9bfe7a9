// What admission adds to a call: limits and budgets of every scope that binds it, asked and settled, in memory and in Redis.
import { performance } from 'node:perf_hooks';
import { MemoryState, connectRedis } from '@tollgate/state';
import { requireServers, startRedis } from '../../libs/testing/dist/index.js';

const CALLS = 4_000;
const WARM_UP = 1_000;
/** A key alone; and a key with its team, its user and the gateway. */
const SCOPES = [1, 4];

const cost = { leastNanos: 1_000, likelyNanos: 100_000, mostNanos: 200_000 };

function requestOf(number, count) {
  const now = Date.now();
  const names = Array.from({ length: count }, (_, scope) => `scope:${scope}`);
  return {
    callId: `bench-${count}-${number}`,
    scopes: names.map((id) => ({
      ...{ id, requestsPerMinute: 1e9, tokensPerMinute: 1e12, maxParallelRequests: 1e6 },
    })),
    budgets: names.map((scope) => ({
      ...{ counter: `${scope}||1d|${now}`.replace(/\d+$/, '9000000000000'), scope, window: '1d' },
      ...{ maxNanos: 9e15, resetAt: now + 86_400_000, countedSince: 0 },
    })),
    ...{ cost, tokens: 100, now, leaseUntil: now + 60_000 },
  };
}

/** Milliseconds that a call waits for its admission; the settlement is not waited for, but it is made. */
async function timesOf(state, count) {
  const times = [];
  for (let number = 0; number < WARM_UP + CALLS; number++) {
    const request = requestOf(number, count);
    const startedAt = performance.now();
    const admission = await state.admit(request);
    if (number >= WARM_UP) times.push(performance.now() - startedAt);
    if (!admission.granted) throw new Error(`refused: ${JSON.stringify(admission)}`);
    const { callId, scopes, now: admittedAt, tokens: admittedTokens } = request;
    await state.settle({
      ...{ callId, scopes, admittedAt, admittedTokens, tokens: 150, costNanos: 150_000 },
      attemptId: `${callId}:1`,
    });
  }
  return times.sort((left, right) => left - right);
}

async function measure(where, state) {
  const rows = [];
  for (const scopes of SCOPES) {
    const times = await timesOf(state, scopes);
    rows.push({ where, scopes, p50: times[Math.floor(CALLS * 0.5)], p99: times[Math.floor(CALLS * 0.99)] });
  }
  await state.close();
  return rows;
}

/** Rows `{ where: 'embedded' | 'distributed', scopes, p50, p99 }`; distributed ones only where Redis can be started. */
export async function measureAdmission() {
  const rows = await measure('embedded', new MemoryState());
  if (!requireServers().available) return rows;
  const redis = await startRedis();
  try {
    return [...rows, ...(await measure('distributed', await connectRedis({ url: redis.url })))];
  } finally {
    await redis.stop();
  }
}
