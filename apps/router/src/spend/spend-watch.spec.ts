import { LiveConfig, type Deployment, type GatewayConfig, type RouterSettings } from '@tollgate/config';
import { setLogLevel } from '@tollgate/observability';
import type { Candidate } from '../group.js';
import { START, config, deployment, toGroup } from '../_fixtures.js';
import { SpendWatch } from './spend-watch.js';

setLogLevel('silent');

const DAY = 86_400_000;
const MIDNIGHT = Math.floor(START / DAY) * DAY;
const daily = (limitNanos: number) => ({ limitNanos, window: '1d' });

type Scopes = readonly { readonly kind: string; readonly value: string; readonly from: number }[];
type Answer = number[] | Error | Promise<number[]>;

/** A watch whose clock and billing are in the spec's hand. */
class Stage {
  clock = START;
  readonly asked: Scopes[] = [];
  answer: Answer = [];
  readonly live: LiveConfig;
  readonly watch: SpendWatch;

  constructor(router: Partial<RouterSettings>, deployments: readonly Deployment[] = []) {
    this.live = new LiveConfig(config(deployments, { router }));
    const request = async (_contract: unknown, payload: unknown): Promise<never> => {
      const { scopes } = payload as { scopes: Scopes };
      this.asked.push(scopes);
      const { answer } = this;
      if (answer instanceof Error) throw answer;
      return { nanos: await answer } as never;
    };
    this.watch = new SpendWatch({ request }, this.live, () => this.clock);
  }

  async told(...nanos: number[]): Promise<void> {
    this.answer = nanos;
    await this.watch.refresh();
  }

  change(router: Partial<RouterSettings>): void {
    const { current } = this.live;
    const next: GatewayConfig = { ...current, router: { ...current.router, ...router } };
    this.live.replace(next);
  }
}

const candidateOf = (patch: Partial<Deployment> = {}): Candidate =>
  toGroup('chat', [deployment('d1', patch)], true).candidates[0]!;
const candidate = candidateOf();

const provider = (limitNanos: number) => ({ providerBudgets: new Map([['openai', daily(limitNanos)]]) });

describe('SpendWatch', () => {
  it("asks for every budget's window and says in LiteLLM's words which is used up", async () => {
    const budgeted = deployment('d1', { budget: { limitNanos: 5e9, window: '1h' } });
    const stage = new Stage(
      { ...provider(1_000), tagBudgets: new Map([['team', { limitNanos: 2.5e9, window: '1mo' }]]) },
      [budgeted, deployment('d2')],
    );
    await stage.told(0, 0, 0);
    expect(stage.asked).toEqual([
      [
        { kind: 'provider', value: 'openai', from: MIDNIGHT },
        { kind: 'tag', value: 'team', from: Date.parse('2023-11-01T00:00:00Z') },
        { kind: 'deployment', value: 'd1', from: Math.floor(START / 3_600_000) * 3_600_000 },
      ],
    ]);
    const exhausted = (tags: string[] = []) => stage.watch.exhausted(candidateOf(budgeted), tags);
    expect(exhausted()).toBeNull();
    await stage.told(700_000, 0, 0);
    expect(exhausted()).toBe('Exceeded budget for provider openai: 0.0007 >= 1e-06');
    await stage.told(999, 2.5e9, 5e9);
    expect(exhausted()).toBe(
      'Exceeded budget for deployment model_name: chat, litellm_params.model: openai/model-d1, model_id: d1: 5.0 >= 5.0',
    );
    await stage.told(999, 2.5e9, 4e9);
    expect(exhausted(['other'])).toBeNull();
    expect(exhausted(['other', 'team'])).toBe(
      "Exceeded budget for tag='team', tag_spend=2.5, tag_budget_limit=2.5",
    );
  });

  it("adds this replica's own costs until the ledger has them", async () => {
    const stage = new Stage(provider(100));
    await stage.told(40);
    stage.watch.spent(candidate, [], 59);
    expect(stage.watch.exhausted(candidate, [])).toBeNull();
    stage.watch.spent(candidate, [], null);
    stage.watch.spent(candidateOf({ provider: 'azure' }), [], 1_000);
    expect(stage.watch.exhausted(candidate, [])).toBeNull();
    // The event is on its way: the ledger does not have it yet, then it has.
    await stage.told(40);
    stage.watch.spent(candidate, [], 1);
    expect(stage.watch.exhausted(candidate, [])).toContain(': 1e-07 >=');
    await stage.told(99);
    await stage.told(100);
    expect(stage.watch.exhausted(candidate, [])).toContain(': 1e-07 >=');
  });

  it('hears of what others spend, and counts nothing twice', async () => {
    const stage = new Stage(provider(100));
    await stage.told(0);
    stage.watch.spent(candidate, [], 30);
    await stage.told(69);
    expect(stage.watch.exhausted(candidate, [])).toBeNull();
    await stage.told(99);
    expect(stage.watch.exhausted(candidate, [])).toBeNull();
    await stage.told(100);
    expect(stage.watch.exhausted(candidate, [])).not.toBeNull();
  });

  it('believes the ledger when an estimate turns out to have been too high', async () => {
    const stage = new Stage(provider(100));
    stage.watch.spent(candidate, [], 100);
    for (let answer = 0; answer < 10; answer += 1) await stage.told(60);
    expect(stage.watch.exhausted(candidate, [])).not.toBeNull();
    await stage.told(60);
    expect(stage.watch.exhausted(candidate, [])).toBeNull();
  });

  it('holds the last figures while billing is away, and adds own costs', async () => {
    const stage = new Stage(provider(100));
    await stage.told(90);
    stage.answer = new Error('away');
    for (let second = 0; second < 60; second += 1) await stage.watch.refresh();
    stage.watch.spent(candidate, [], 9);
    expect(stage.watch.exhausted(candidate, [])).toBeNull();
    stage.watch.spent(candidate, [], 1);
    expect(stage.watch.exhausted(candidate, [])).not.toBeNull();
  });

  it('asks once at a time, and drops the answer to a window that is over', async () => {
    const stage = new Stage(provider(100));
    let answer!: (nanos: number[]) => void;
    stage.answer = new Promise((resolve) => (answer = resolve));
    const asking = stage.watch.refresh();
    stage.clock = MIDNIGHT + DAY;
    const again = stage.watch.refresh();
    expect(stage.asked).toHaveLength(1);
    answer([1_000]);
    await Promise.all([asking, again]);
    expect(stage.watch.exhausted(candidate, [])).toBeNull();
    await stage.told(100);
    expect(stage.asked[1]).toEqual([{ kind: 'provider', value: 'openai', from: MIDNIGHT + DAY }]);
    expect(stage.watch.exhausted(candidate, [])).not.toBeNull();
  });

  it('follows the config and keeps what it knows', async () => {
    const stage = new Stage({});
    await stage.watch.refresh();
    expect(stage.asked).toEqual([]);
    stage.change(provider(100));
    await stage.told(99);
    stage.change(provider(99));
    expect(stage.watch.exhausted(candidate, [])).not.toBeNull();
    stage.change({ providerBudgets: new Map([['openai', { limitNanos: 99, window: '1h' }]]) });
    expect(stage.watch.exhausted(candidate, [])).toBeNull();
    stage.change({ providerBudgets: new Map() });
    await stage.watch.refresh();
    expect(stage.asked).toHaveLength(1);
  });

  it('splits what the contract does not take at once', async () => {
    const budgets = Array.from({ length: 1_001 }, (_, index) => [`p${index}`, daily(1)] as const);
    const stage = new Stage({ providerBudgets: new Map(budgets) });
    await stage.told(...Array.from({ length: 1_000 }, () => 1));
    expect(stage.asked.map((scopes) => scopes.length)).toEqual([1_000, 1]);
    for (const name of ['p0', 'p999', 'p1000'])
      expect(stage.watch.exhausted(candidateOf({ provider: name }), [])).not.toBeNull();
  });

  it('counts a tag once that a call has twice', () => {
    const stage = new Stage({ tagBudgets: new Map([['a', daily(2)]]) });
    stage.watch.spent(candidate, ['a', 'a'], 1);
    expect(stage.watch.exhausted(candidate, ['a'])).toBeNull();
    stage.watch.spent(candidate, ['a'], 1);
    expect(stage.watch.exhausted(candidate, ['a'])).not.toBeNull();
  });
});
