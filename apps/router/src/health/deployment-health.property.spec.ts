import { ROUTER_DEFAULTS } from '@tollgate/config';
import { GatewayError, type ErrorCode } from '@tollgate/contracts';
import { setLogLevel } from '@tollgate/observability';
import { MemoryState } from '@tollgate/state';
import { seeded } from '@tollgate/testing';
import { START, deployment, header, toGroup } from '../_fixtures.js';
import { DeploymentHealth } from './deployment-health.js';

const LEASE_MS = 30_000;
const LONGEST_MS = 3_600_000;
const ERRORS: readonly ErrorCode[] = [
  'upstream_rate_limited',
  'upstream_error',
  'upstream_authentication',
  'upstream_bad_request',
  'cancelled',
];

interface Call {
  readonly attemptId: string;
  readonly startedAt: number;
  readonly wasProbe: boolean;
}

beforeAll(() => setLogLevel('silent'));

describe.each(Array.from({ length: 6 }, (_, seed) => seed))('circuits of replicas, seed %i', (seed) => {
  it('never have two probes at once, and are only ever open by a failure', async () => {
    const random = seeded(seed);
    const below = (limit: number): number => Math.floor(random() * limit);
    let clock = START;
    const state = new MemoryState({ now: () => clock });
    const replicas = [1, 2, 3].map(
      () =>
        new DeploymentHealth(
          state,
          () => ROUTER_DEFAULTS,
          () => clock,
        ),
    );
    const [candidate] = toGroup('chat', [deployment('d1'), deployment('d2')], false).candidates;
    const calls: { call: Call; replica: DeploymentHealth }[] = [];
    let openUntil = 0;
    for (let step = 0; step < 400; step++) {
      const action = below(4);
      if (action <= 1) {
        const replica = replicas[below(3)]!;
        const { state: before } = replica.circuit('d1');
        const attemptId = `a${step}`;
        const entered = await replica.enter(candidate!, attemptId);
        expect(before === 'closed' ? entered : before === 'open' ? !entered : true).toBe(true);
        if (!entered) continue;
        const wasProbe = before === 'half-open';
        const isUnderWay = calls.some(
          ({ call }) => call.wasProbe && call.startedAt >= openUntil && call.startedAt + LEASE_MS > clock,
        );
        if (wasProbe) expect(isUnderWay).toBe(false);
        calls.push({ replica, call: { attemptId, startedAt: clock, wasProbe } });
      } else if (action === 2 && calls.length > 0) {
        const [ended] = calls.splice(below(calls.length), 1);
        const { replica, call } = ended!;
        const { attemptId } = call;
        const error = below(3) === 0 ? null : new GatewayError(ERRORS[below(ERRORS.length)]!, 'x');
        const change = replica.settled(candidate!, { attemptId, error, header: header() });
        if (change?.state === 'open') {
          expect(error).not.toBeNull();
          // A later deadline wins.
          expect(change.until).toBeGreaterThan(openUntil);
          expect(change.until! - clock).toBeLessThanOrEqual(LONGEST_MS);
          openUntil = change.until!;
        } else if (change !== null) {
          // Only a probe closes, and only what it was sent to try.
          expect({ state: change.state, wasProbe: call.wasProbe, error }).toEqual({
            state: 'closed',
            wasProbe: true,
            error: null,
          });
          expect(openUntil).toBeLessThanOrEqual(call.startedAt);
        }
      } else {
        clock += below(8_000);
      }
      for (const replica of replicas) {
        const circuit = replica.circuit('d1');
        expect(circuit.state === 'open').toBe(clock < openUntil);
        expect(circuit.until).toBe(clock < openUntil ? openUntil : null);
      }
    }
    await state.close();
  });
});
