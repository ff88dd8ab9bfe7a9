import { createHash } from 'node:crypto';
import { completionTokens, promptTokens, type ScopeKind, type UsageEvent } from '@tollgate/contracts';
import type { Entry } from './entry-columns.js';

const HOUR_MS = 3_600_000;
const LONGEST_NAME = 512;

export const METRICS = [
  'spend_nanos',
  'prompt_tokens',
  'completion_tokens',
  'cache_read_tokens',
  'cache_write_tokens',
  'requests',
  'failures',
] as const;

/** Money may exceed what a double holds; `counts` are the other metrics, in their order. */
interface Metrics {
  nanos: bigint;
  readonly counts: number[];
}

const REQUESTS = METRICS.indexOf('requests') - 1;

/** What a batch adds to a row of `spend_rollup`. */
export interface RollupChange {
  readonly accountId: string;
  readonly kind: 'all' | 'tag' | 'end_user';
  readonly value: string;
  readonly hours: number;
  readonly bucket: number;
  readonly metrics: Metrics;
}

/** What a batch adds to a row of `spend_total`, or of `virtual_key`. */
export interface TotalChange {
  readonly kind: ScopeKind;
  readonly id: string;
  nanos: bigint;
  requests: number;
  lastActiveAt: number;
}

/** What a batch adds to a row of `spend_scope_day`. */
export interface ScopeDayChange {
  readonly kind: ScopeKind;
  readonly id: string;
  readonly day: number;
  readonly metrics: Metrics;
}

/** A name that an index takes: clients choose end users, of any length. */
export function boundedName(name: string): string {
  if (name.length <= LONGEST_NAME) return name;
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 32);
  return `${name.slice(0, LONGEST_NAME - 33)}~${digest}`;
}

/** The scopes whose spend an event counts for; each once. */
export function scopesOf(event: UsageEvent): [ScopeKind, string][] {
  const { keyHash, userId, teamId, organizationId, projectId, endUser } = event;
  const scopes: [ScopeKind, string][] = [
    ['gateway', 'all'],
    ['key', keyHash],
  ];
  if (userId !== null) scopes.push(['user', userId]);
  if (teamId !== null) scopes.push(['team', teamId]);
  if (teamId !== null && userId !== null) scopes.push(['member', `${teamId}:${userId}`]);
  if (organizationId !== null) scopes.push(['organization', organizationId]);
  if (projectId !== null) scopes.push(['project', projectId]);
  if (endUser !== null) scopes.push(['end_user', boundedName(endUser)]);
  for (const tag of new Set(event.tags)) scopes.push(['tag', boundedName(tag)]);
  return scopes;
}

interface Group {
  readonly entry: Entry;
  readonly hour: number;
  readonly metrics: Metrics;
  lastActiveAt: number;
}

/** What entries add to the sums that are kept with them. `remove` takes off what an entry that is replaced had added. */
export class SumsOfEvents {
  /** Events that count for the same scopes in the same hour: most of a batch are few of these. */
  private readonly groups = new Map<string, Group>();
  private last: Group | undefined;

  add(entry: Entry): void {
    this.count(entry, 1);
  }

  remove(entry: Entry): void {
    this.count(entry, -1);
  }

  /** In the order of the primary key, in which concurrent batches lock. */
  rollupChanges(): RollupChange[] {
    const changes = new Map<string, RollupChange>();
    for (const { entry, hour, metrics } of this.groups.values())
      for (const [kind, value] of rollupsOf(entry.event))
        for (const hours of [1, 24]) {
          const bucket = startOf(hour, hours);
          const key = `${entry.accountId} ${kind} ${value} ${hours} ${bucket}`;
          const known = changes.get(key);
          if (known !== undefined) addMetrics(known.metrics, metrics);
          else
            changes.set(key, {
              ...{ accountId: entry.accountId, kind, value, hours, bucket },
              metrics: copyOf(metrics),
            });
        }
    return inOrder(changes);
  }

  scopeDayChanges(): ScopeDayChange[] {
    const changes = new Map<string, ScopeDayChange>();
    for (const { entry, hour, metrics } of this.groups.values()) {
      const day = startOf(hour, 24);
      for (const [kind, id] of scopesOf(entry.event)) {
        const key = `${kind} ${id} ${day}`;
        const known = changes.get(key);
        if (known === undefined) changes.set(key, { kind, id, day, metrics: copyOf(metrics) });
        else addMetrics(known.metrics, metrics);
      }
    }
    return inOrder(changes);
  }

  /** Of all scopes; those of keys belong to `virtual_key`. */
  totalChanges(): TotalChange[] {
    const changes = new Map<string, TotalChange>();
    for (const { entry, metrics, lastActiveAt } of this.groups.values())
      for (const [kind, id] of scopesOf(entry.event)) {
        const key = `${kind} ${id}`;
        const change = changes.get(key) ?? { kind, id, nanos: 0n, requests: 0, lastActiveAt };
        change.nanos += metrics.nanos;
        change.requests += metrics.counts[REQUESTS] ?? 0;
        change.lastActiveAt = Math.max(change.lastActiveAt, lastActiveAt);
        changes.set(key, change);
      }
    return inOrder(changes);
  }

  private count(entry: Entry, sign: 1 | -1): void {
    const calledAt = Math.round(entry.event.calledAt);
    const group = this.groupOf(entry, startOf(calledAt, 1));
    addMetrics(group.metrics, metricsOf(entry.event, sign));
    group.lastActiveAt = Math.max(group.lastActiveAt, calledAt);
    this.last = group;
  }

  private groupOf(entry: Entry, hour: number): Group {
    // Events of a batch often come from one busy key, one after the other.
    const { last } = this;
    if (
      last?.hour === hour &&
      last.entry.accountId === entry.accountId &&
      countsForTheSame(last.entry, entry)
    )
      return last;
    const { accountId, event } = entry;
    const key = `${accountId} ${hour} ${JSON.stringify([event.endUser, event.tags])}`;
    let group = this.groups.get(key);
    if (group === undefined)
      this.groups.set(key, (group = { entry, hour, metrics: noMetrics(), lastActiveAt: 0 }));
    return group;
  }
}

/** The account says the rest. */
const countsForTheSame = ({ event: left }: Entry, { event: right }: Entry): boolean =>
  left.endUser === right.endUser &&
  left.tags.length === right.tags.length &&
  left.tags.every((tag, index) => tag === right.tags[index]);

function rollupsOf(event: UsageEvent): [RollupChange['kind'], string][] {
  const rollups: [RollupChange['kind'], string][] = [['all', '']];
  for (const [kind, id] of scopesOf(event))
    if (kind === 'tag' || kind === 'end_user') rollups.push([kind, id]);
  return rollups;
}

/** The first millisecond of the UTC hour or day that a time is in. */
export const startOf = (at: number, hours: number): number => at - (at % (hours * HOUR_MS));

function inOrder<Change>(changes: ReadonlyMap<string, Change>): Change[] {
  return [...changes].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, change]) => change);
}

function metricsOf({ usage, costNanos, status }: UsageEvent, sign: 1 | -1): Metrics {
  const { cacheRead, cacheWrite5m, cacheWrite1h } = usage;
  return {
    nanos: BigInt(sign * (costNanos ?? 0)),
    counts: [
      sign * promptTokens(usage),
      sign * completionTokens(usage),
      sign * cacheRead,
      sign * (cacheWrite5m + cacheWrite1h),
      sign,
      status === 'failed' ? sign : 0,
    ],
  };
}

const noMetrics = (): Metrics => ({ nanos: 0n, counts: [0, 0, 0, 0, 0, 0] });

const copyOf = ({ nanos, counts }: Metrics): Metrics => ({ nanos, counts: [...counts] });

function addMetrics(sum: Metrics, { nanos, counts }: Metrics): void {
  sum.nanos += nanos;
  for (let index = 0; index < counts.length; index += 1)
    sum.counts[index] = (sum.counts[index] ?? 0) + (counts[index] ?? 0);
}
