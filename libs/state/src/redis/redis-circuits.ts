import { randomUUID } from 'node:crypto';
import { CircuitTable, FORGET_MS, type CircuitRecord } from '../circuit-table.js';
import type { SharedCircuit } from '../state.js';
import { ignore, type TimedRedis } from './connection.js';

interface RedisCircuitsOptions {
  readonly timed: TimedRedis;
  readonly now: () => number;
  /** The full name of a key. */
  readonly key: (name: string) => string;
}

/** Redis has no number of changes with this name: everything is read. */
const NOTHING_READ = '';

/**
 * Circuits that replicas share. This process knows at once what it did itself, even if Redis is away; then the rejection says
 * that the others do not know yet. They are told when Redis is back (`shareAll`).
 */
export class RedisCircuits {
  /** Changes are published under the first key's name. */
  readonly channel: string;
  private readonly table: CircuitTable;
  private readonly keys: readonly [circuits: string, ends: string, changes: string];
  private readonly replica = randomUUID();
  /** Deployments whose probe is being asked for: one question at a time will do. */
  private readonly claiming = new Set<string>();
  private changes = NOTHING_READ;

  constructor(private readonly options: RedisCircuitsOptions) {
    const { key, now } = options;
    this.table = new CircuitTable(now);
    this.channel = key('circuits');
    this.keys = [this.channel, key('circuits:ends'), key('circuits:changes')];
  }

  current(): ReadonlyMap<string, SharedCircuit> {
    return this.table.current();
  }

  async open(id: string, until: number): Promise<void> {
    if (this.table.open(id, Math.ceil(until))) await this.share(id);
  }

  async close(id: string, until: number): Promise<void> {
    if (this.table.close(id, until)) await this.share(id);
  }

  async claim(id: string, leaseMs: number): Promise<boolean> {
    if (this.claiming.has(id) || !this.table.isClaimable(id)) return false;
    this.claiming.add(id);
    let isOwn = false;
    // What Redis published of the grant was taken for another replica's: for the time of the lease nobody would probe.
    const late = (reply: string): void => {
      if (reply.startsWith('1') && !isOwn) void this.release(id).catch(ignore);
    };
    try {
      const lease = Math.ceil(this.options.now() + leaseMs);
      const reply = await this.options.timed.run(
        (redis) => redis.claimProbe(...this.argumentsFor(id), lease, this.replica),
        { late },
      );
      this.table.join(id, parseRecord(reply.slice(2)).record);
      return reply.startsWith('1');
    } catch {
      // Redis is away: a probe by every replica is better than none.
      isOwn = this.table.claim(id, leaseMs);
      return isOwn;
    } finally {
      this.claiming.delete(id);
    }
  }

  async release(id: string): Promise<void> {
    this.table.release(id);
    const reply = await this.options.timed.run((redis) =>
      redis.releaseProbe(...this.argumentsFor(id), this.replica),
    );
    this.table.join(id, parseRecord(reply).record);
  }

  /** Takes over what another replica has published. */
  hear(message: string): void {
    const { record, rest } = parseRecord(message);
    this.table.join(rest, record);
  }

  /** Reads what changed since the last time, in case a message was lost. Never rejects. */
  async refresh(): Promise<void> {
    const [circuits, , changes] = this.keys;
    const rows = await this.options.timed
      .run((redis) => redis.readCircuits(2, circuits, changes, this.changes))
      .catch(() => [this.changes]);
    for (let at = 1; at + 1 < rows.length; at += 2)
      this.table.join(rows[at] ?? '', parseRecord(rows[at + 1] ?? '').record);
    this.changes = rows[0] ?? NOTHING_READ;
  }

  /** After Redis was away: learns what the others know, tells what it may have forgotten. */
  async shareAll(): Promise<void> {
    this.changes = NOTHING_READ;
    await this.refresh();
    await Promise.all(this.table.ids().map((id) => this.share(id).catch(ignore)));
  }

  private async share(id: string): Promise<void> {
    const reply = await this.options.timed.run((redis) => redis.joinCircuit(...this.argumentsFor(id)));
    this.table.join(id, parseRecord(reply).record);
  }

  private argumentsFor(id: string): [keys: number, ...(string | number)[]] {
    const { until, opens, closed } = this.table.recordOf(id);
    return [this.keys.length, ...this.keys, id, this.options.now(), FORGET_MS, until, opens, closed];
  }
}

function parseRecord(text: string): { record: CircuitRecord; rest: string } {
  const [, until = 0, opens = 0, closed = 0, probing = 0, rest = ''] =
    /^(\d+) (\d+) (\d+) (\d+) ?(.*)$/s.exec(text) ?? [];
  const record = {
    until: Number(until),
    opens: Number(opens),
    closed: Number(closed),
    probing: Number(probing),
  };
  return { record, rest };
}
