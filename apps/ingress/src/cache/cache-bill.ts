import type { Bus } from '@tollgate/bus';
import { NO_USAGE, usageRecorded, type CallHeader, type UsageEvent } from '@tollgate/contracts';
import type { CacheEntry } from './cache-entry.js';
import { cachedAttemptId } from './cached-answer.js';

/** What the ledger is told of an answer from the cache: what it had used, and that it cost nothing. No budget is charged. */
export async function billCacheHit(bus: Bus, header: CallHeader, { usage, from }: CacheEntry): Promise<void> {
  const { id: callId, model, principal, endUser, tags, stream, startedAt } = header;
  const { keyHash, keyAlias, userId, teamId, organizationId, projectId } = principal;
  const now = Date.now();
  const event: UsageEvent = {
    ...from,
    ...{ id: cachedAttemptId(callId), callId, responseId: null, status: 'complete', measured: true },
    ...{ usage: usage ?? NO_USAGE, rawUsage: null, serviceTier: null, costNanos: 0, cacheHit: true },
    ...{ keyHash, keyAlias, userId, teamId, organizationId, projectId, endUser, tags, stream, model },
    ...{ calledAt: startedAt, startedAt: now, firstTokenAt: null, endedAt: now, errorCode: null },
    ...{ role: 'primary', arm: null },
  };
  await bus.record(usageRecorded, event);
}
