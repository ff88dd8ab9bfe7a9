import { FREE, KEEP_MS, granted, limitInTheWay, limitingScopes, refused } from './admission.js';
import type {
  Charge,
  CounterReading,
  ExtendRequest,
  OweRequest,
  ReleasedHold,
  Seed,
  SweepRequest,
} from './budgets.js';
import { CircuitTable } from './circuit-table.js';
import { budgetsOf, useOf } from './holds.js';
import { CallRecords } from './memory/call-records.js';
import { MemoryBudgets, type Room } from './memory/memory-budgets.js';
import { MemoryTexts } from './memory/memory-texts.js';
import { ScopeCounts } from './memory/scope-counts.js';
import { ScopePlace } from './memory/scope-place.js';
import { MAX_TEXT_BYTES } from './texts.js';
import type {
  Admission,
  AdmitRequest,
  Granted,
  Scope,
  SettleRequest,
  SharedCircuit,
  State,
} from './state.js';

interface MemoryStateOptions {
  readonly now?: () => number;
  /** Of all texts together, and of all that is cached. */
  readonly maxTextBytes?: number;
}

/** The state of a single process. Never fails, forgets what ran out, and is empty after a restart. */
export class MemoryState implements State {
  readonly cache: MemoryTexts;
  private readonly scopes = new Map<string, ScopeCounts>();
  private readonly calls = new CallRecords();
  private readonly budgets: MemoryBudgets;
  private readonly texts: MemoryTexts;
  private readonly table: CircuitTable;
  private readonly now: () => number;
  private readonly sweeper: NodeJS.Timeout;

  constructor({ now = Date.now, maxTextBytes = MAX_TEXT_BYTES }: MemoryStateOptions = {}) {
    this.now = now;
    this.table = new CircuitTable(now);
    this.budgets = new MemoryBudgets(now);
    this.texts = new MemoryTexts(now, maxTextBytes);
    this.cache = new MemoryTexts(now, maxTextBytes);
    this.sweeper = setInterval(() => this.forget(), KEEP_MS / 4).unref();
  }

  admit(request: AdmitRequest): Admission {
    return this.calls.answerTo(request.callId) ?? this.decide(request);
  }

  settle(request: SettleRequest): void {
    const { callId, tokens, admittedTokens, costNanos } = request;
    const call = this.calls.close(callId);
    const more = tokens === null ? 0 : tokens - admittedTokens;
    for (const place of call?.places ?? []) place.leave(more);
    if (costNanos !== undefined) this.budgets.settle(request);
  }

  extend(request: ExtendRequest): Promise<{ heldNanos: number }> {
    return Promise.resolve({ heldNanos: this.budgets.extend(request) });
  }

  owe(request: OweRequest): Promise<void> {
    this.budgets.owe(request);
    return Promise.resolve();
  }

  charge(items: readonly Charge[]): Promise<void> {
    for (const item of items) this.budgets.charge(item);
    return Promise.resolve();
  }

  seed(seeds: readonly Seed[]): Promise<readonly string[]> {
    return Promise.resolve(seeds.filter((seed) => this.budgets.seed(seed)).map(({ counter }) => counter));
  }

  correct(counter: string, deltaNanos: number): Promise<boolean> {
    return Promise.resolve(this.budgets.correct(counter, deltaNanos));
  }

  counters(names: readonly string[]): Promise<readonly (CounterReading | null)[]> {
    return Promise.resolve(names.map((name) => this.budgets.reading(name)));
  }

  sweepHolds(request: SweepRequest): Promise<readonly ReleasedHold[]> {
    return Promise.resolve(this.budgets.sweep(request));
  }

  keepText(name: string, text: string, ttlMs: number): Promise<void> {
    return this.texts.keepText(name, text, ttlMs);
  }

  findText(name: string): Promise<string | null> {
    return this.texts.findText(name);
  }

  dropText(name: string): Promise<boolean> {
    return this.texts.dropText(name);
  }

  openCircuit(deploymentId: string, until: number): Promise<void> {
    this.table.open(deploymentId, Math.ceil(until));
    return Promise.resolve();
  }

  closeCircuit(deploymentId: string, until: number): Promise<void> {
    this.table.close(deploymentId, until);
    return Promise.resolve();
  }

  claimProbe(deploymentId: string, leaseMs: number): Promise<boolean> {
    return Promise.resolve(this.table.claim(deploymentId, leaseMs));
  }

  releaseProbe(deploymentId: string): Promise<void> {
    this.table.release(deploymentId);
    return Promise.resolve();
  }

  circuits(): ReadonlyMap<string, SharedCircuit> {
    return this.table.current();
  }

  isConnected(): boolean {
    return true;
  }

  close(): Promise<void> {
    clearInterval(this.sweeper);
    return Promise.resolve();
  }

  /** Budgets are asked first, as LiteLLM does. */
  private decide(request: AdmitRequest): Admission {
    const scopes = limitingScopes(request.scopes);
    const { cost = null, now } = request;
    const budgets = budgetsOf(request);
    const room = cost === null || budgets.length === 0 ? null : this.budgets.judge(budgets, cost);
    if (room?.granted === false) return room;
    if (scopes.length === 0 && room === null) return FREE;
    const places = scopes.map((scope) => new ScopePlace(scope, this.countsOf(scope), now));
    for (const place of places) {
      const kind = limitInTheWay(place, places, request.tokens);
      if (kind !== undefined) return refused(place, kind, now);
    }
    return this.letIn(request, places, room);
  }

  private letIn(request: AdmitRequest, places: readonly ScopePlace[], room: Room | null): Granted {
    const { callId, now, leaseUntil } = request;
    for (const place of places) place.take(request);
    if (room !== null) this.budgets.hold(request, room);
    const answer = granted(places, now, room === null ? FREE : heldBy(room));
    const keepUntil = Math.max(leaseUntil, this.now() + KEEP_MS);
    this.calls.open(callId, { answer, keepUntil, places });
    return answer;
  }

  private countsOf({ id }: Scope): ScopeCounts {
    let counts = this.scopes.get(id);
    if (counts === undefined) this.scopes.set(id, (counts = new ScopeCounts()));
    return counts;
  }

  private forget(): void {
    const now = this.now();
    for (const [id, counts] of this.scopes) if (counts.isOver(now)) this.scopes.delete(id);
    this.calls.sweep(now);
    this.budgets.forget();
    this.texts.forget();
    this.cache.forget();
  }
}

const heldBy = ({ hold, places }: Room): Pick<Granted, 'heldNanos' | 'budgets'> => ({
  heldNanos: hold,
  budgets: places.map(({ budget, counter }) => useOf(budget, counter)),
});
