import type { DistributedGateway, GatewayProcess } from '@tollgate/testing';
import { differences, ledgerTokens, servedTokens } from '../chaos/_ledger.js';
import { Load } from '../chaos/_load.js';
import { eventually } from './_seed.js';
import { shares, statuses, Visitor, type RoutingSubject } from './_routing.js';

/** What only several routers can show: they know what one has seen, and none of them is missed. */
export const replicasConfig = (): string => `
model_list:
  - { model_name: shared, cooldown_time: 30, litellm_params: { model: openai/shared-1, litellm_credential_name: lab, order: 1 }, model_info: { id: shared-1 } }
  - { model_name: shared, litellm_params: { model: openai/shared-2, litellm_credential_name: lab, order: 2 } }
  - { model_name: surviving, cooldown_time: 0, litellm_params: { model: openai/surviving-1, litellm_credential_name: lab, order: 1 } }
  - { model_name: surviving, litellm_params: { model: openai/surviving-2, litellm_credential_name: lab, order: 2 } }
`;

/** That none of them goes to a certain one of three routers happens once in 200,000 times. */
const CALLS_AT_ONCE = 30;
const CALLERS = 8;
const CALLS_EACH_SIDE = 100;

export function describeReplicas(subject: () => RoutingSubject, gateway: () => DistributedGateway): void {
  const visitor = new Visitor(subject);

  beforeEach(() => {
    subject().lab.reset();
  });

  /** The ledger holds what the provider served, attempt by attempt. */
  const expectLedgerToAgree = async (): Promise<void> => {
    const { lab } = subject();
    await eventually(
      async () => lab.stats().open,
      (open) => open === 0,
      30_000,
    );
    const ids = lab.calls().map(({ id }) => id);
    expect(ids).toHaveLength(new Set(ids).size);
    await eventually(
      async () => differences(servedTokens(lab), await ledgerTokens(gateway().servers.postgres.url)),
      (lines) => lines.length === 0,
      30_000,
    );
  };

  const resends = async (): Promise<number> => {
    const text = await (await fetch(`${gateway().url}/metrics`)).text();
    return Number(/^tollgate_ingress_calls_resent_total (\d+)/m.exec(text)?.[1] ?? 0);
  };

  it('a circuit that one of them opens is open on all within a second', async () => {
    subject().lab.script('shared-1', [{ status: 429, headers: { 'retry-after': '30' } }, {}]);
    expect((await visitor.chat('shared')).upstream).toBe('shared-2');
    await visitor.isOpen('shared-1');
    // Whoever did not know of it would ask the first tier, which is well again. All three are asked: which of them decides
    // a call is the bus's choice.
    const deciders = new Set<string>();
    await eventually(
      async () => {
        const answers = await (await visitor.spread(10, 'shared')).answers;
        expect(shares(answers)).toEqual({ 'shared-2': 10 });
        for (const { callId } of answers) deciders.add((await visitor.explain(callId)).router);
        return deciders.size;
      },
      (size) => size === 3,
    );
    expect(visitor.seen('shared-1').calls).toBe(1);
  });

  const whileGone = async (router: GatewayProcess, harm: () => Promise<void>): Promise<void> => {
    try {
      await harm();
    } finally {
      await router.start();
    }
  };

  it('kill -9 of one: its attempts that fail afterwards are decided by another', async () => {
    const { lab } = subject();
    lab.script('surviving-1', [{ delayMs: 4_000, status: 500 }]);
    const before = await resends();
    const [router] = gateway().replicas.router;
    const { answers: calls } = await visitor.spread(CALLS_AT_ONCE, 'surviving');
    await eventually(
      async () => lab.stats().open,
      (open) => open === CALLS_AT_ONCE,
    );
    await whileGone(router!, async () => {
      await router!.kill();
      const answers = await calls;
      expect([...new Set(statuses(answers))]).toEqual([200]);
      expect(shares(answers)).toEqual({ 'surviving-2': CALLS_AT_ONCE });
      expect(await resends()).toBeGreaterThan(before);
    });
    await expectLedgerToAgree();
  }, 60_000);

  it('kill -9 of one in the middle of a retry: the call is answered once, and each attempt is billed', async () => {
    const { lab } = subject();
    lab.script('surviving-1', [{ status: 500 }]);
    lab.script('surviving-2', [{ delayMs: 5_000 }]);
    const [router] = gateway().replicas.router;
    const { answers: calls } = await visitor.spread(CALLS_AT_ONCE, 'surviving');
    await eventually(
      async () => lab.stats().open,
      (open) => open === CALLS_AT_ONCE && visitor.seen('surviving-2').calls === CALLS_AT_ONCE,
    );
    await whileGone(router!, async () => {
      await router!.kill();
      expect(shares(await calls)).toEqual({ 'surviving-2': CALLS_AT_ONCE });
    });
    await expectLedgerToAgree();
  }, 60_000);

  it('kill -9 of one: its attempts that succeed afterwards are answers', async () => {
    const { lab } = subject();
    lab.script('surviving-1', [{ delayMs: 4_000 }]);
    const before = await resends();
    const [, router] = gateway().replicas.router;
    const { answers: calls } = await visitor.spread(CALLS_AT_ONCE, 'surviving');
    await eventually(
      async () => lab.stats().open,
      (open) => open === CALLS_AT_ONCE,
    );
    await whileGone(router!, async () => {
      await router!.kill();
      expect(shares(await calls)).toEqual({ 'surviving-1': CALLS_AT_ONCE });
      // Nobody was asked twice: an attempt under way needs no router.
      expect([visitor.seen('surviving-1').calls, await resends()]).toEqual([CALLS_AT_ONCE, before]);
    });
    await expectLedgerToAgree();
  }, 60_000);

  it('kill -9 of one that calls wait for: another one takes them', async () => {
    const [, , router] = gateway().replicas.router;
    const before = await resends();
    router!.signal('SIGSTOP');
    const { answers: calls } = await visitor.spread(CALLS_AT_ONCE, 'surviving');
    await eventually(
      async () => subject().lab.stats().finished,
      (finished) => finished > 8,
    );
    await whileGone(router!, async () => {
      await router!.kill();
      expect([...new Set(statuses(await calls))]).toEqual([200]);
      expect(await resends()).toBeGreaterThan(before);
    });
    await expectLedgerToAgree();
  }, 60_000);

  it('kill -9 of one after the other under load loses no call, and the bill is what was served', async () => {
    const { lab } = subject();
    // Each call may need a router at any time: every third attempt fails.
    lab.script(
      'surviving-1',
      [{ tokens: 12, delayMs: 20, chunkDelayMs: 5 }, { delayMs: 40, status: 500 }, {}],
      {
        repeat: true,
      },
    );
    lab.script('surviving-2', [{ tokens: 12, delayMs: 20 }]);
    const load = new Load(() => subject().url, CALLERS, 'surviving');
    const served = (calls: number): Promise<unknown> =>
      eventually(
        async () => lab.stats().finished,
        (finished) => finished >= calls,
        30_000,
      );
    for (const router of gateway().replicas.router.slice(0, 2)) {
      await served(lab.stats().finished + CALLS_EACH_SIDE);
      await router.kill();
      await served(lab.stats().finished + CALLS_EACH_SIDE);
      await router.start();
    }
    const report = await load.stop();
    expect(report).toEqual({ answered: expect.any(Number) as number, refused: 0, broken: 0 });
    await expectLedgerToAgree();
  }, 120_000);
}
