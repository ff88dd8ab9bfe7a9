import { ROUTER_DEFAULTS, type RouterSettings } from '@tollgate/config';
import { GatewayError, type CallHeader, type ErrorCode, type GatewayErrorOptions } from '@tollgate/contracts';
import { setLogLevel } from '@tollgate/observability';
import { MemoryState } from '@tollgate/state';
import { START, deployment, header, toGroup } from '../_fixtures.js';
import { DeploymentHealth, type CircuitChange } from './deployment-health.js';

const [one, two] = toGroup('chat', [deployment('d1'), deployment('d2')], false).candidates;
const [lone] = toGroup('chat', [deployment('d1')], true).candidates;

beforeAll(() => setLogLevel('silent'));

describe('DeploymentHealth', () => {
  let clock: number;
  let attempts: number;
  let state: MemoryState;
  let router: RouterSettings;
  let health: DeploymentHealth;

  const failed = (
    code: ErrorCode,
    { attemptId = `a${++attempts}`, candidate = one!, ...options }: GatewayErrorOptions & Options = {},
  ): CircuitChange | null =>
    health.settled(candidate, { attemptId, error: new GatewayError(code, 'x', options), header: header() });
  const succeeded = (attemptId = `a${++attempts}`, call: Partial<CallHeader> = {}): CircuitChange | null =>
    health.settled(one!, { attemptId, error: null, header: header(call) });
  /** Opens d1 by a 429 and lets the time pass. */
  const halfOpen = (): void => {
    const change = failed('upstream_rate_limited');
    clock = change!.until!;
  };

  interface Options {
    readonly attemptId?: string;
    readonly candidate?: typeof one & object;
  }

  beforeEach(() => {
    clock = START;
    attempts = 0;
    router = ROUTER_DEFAULTS;
    state = new MemoryState({ now: () => clock });
    health = new DeploymentHealth(
      state,
      () => router,
      () => clock,
    );
  });
  afterEach(() => state.close());

  it('lets everybody in at once while the circuit is closed', () => {
    expect(health.circuit('d1')).toEqual({ state: 'closed', until: null, probing: false });
    expect(health.enter(one!, 'a')).toBe(true);
  });

  it('opens, tells so, and lets nobody in until the time is over', async () => {
    expect(failed('upstream_rate_limited', { retryAfterMs: 30_000 })).toEqual({
      state: 'open',
      until: START + 30_000,
    });
    expect(health.circuit('d1')).toEqual({ state: 'open', until: START + 30_000, probing: false });
    expect(health.circuit('d2').state).toBe('closed');
    expect(await health.enter(one!, 'a')).toBe(false);
    expect(health.enter(two!, 'b')).toBe(true);
    clock += 30_000;
    expect(health.circuit('d1')).toEqual({ state: 'half-open', until: null, probing: false });
  });

  it('lets one probe in, and the others when it succeeded', async () => {
    halfOpen();
    const answers = await Promise.all(['p', 'q', 'r'].map(async (id) => health.enter(one!, id)));
    expect(answers).toEqual([true, false, false]);
    expect(health.circuit('d1')).toEqual({ state: 'half-open', until: null, probing: true });
    expect(succeeded('p')).toEqual({ state: 'closed', until: null });
    expect(health.enter(one!, 's')).toBe(true);
  });

  it('closes when the head arrives, not when a long stream ends', async () => {
    halfOpen();
    await health.enter(one!, 'p');
    expect(health.delivered(one!, 'p')).toEqual({ state: 'closed', until: null });
    expect(health.enter(one!, 'q')).toBe(true);
    expect(health.delivered(one!, 'q')).toBeNull();
    expect(succeeded('p')).toBeNull();
  });

  it('is opened anew by a probe that fails, for twice as long each time, until one succeeds', async () => {
    const durations: number[] = [];
    for (let n = 0; n < 9; n++) {
      halfOpen();
      expect(await health.enter(one!, `p${n}`)).toBe(true);
      const change = failed('upstream_error', { attemptId: `p${n}` });
      expect(change?.state).toBe('open');
      durations.push(change!.until! - clock);
      clock = change!.until!;
      if (n === 5) {
        await health.enter(one!, 'good');
        succeeded('good');
      }
    }
    // halfOpen() itself is an opening too.
    expect(durations).toEqual([10_000, 40_000, 160_000, 300_000, 300_000, 300_000, 10_000, 40_000, 160_000]);
  });

  it('is not closed by calls that began before it opened', async () => {
    halfOpen();
    expect(health.delivered(one!, 'old')).toBeNull();
    expect(succeeded('old')).toBeNull();
    expect(health.circuit('d1').state).toBe('half-open');
    await health.enter(one!, 'p');
    expect(succeeded('older')).toBeNull();
    expect(health.circuit('d1')).toMatchObject({ state: 'half-open', probing: true });
  });

  it('is not closed by a probe that another replica has overtaken', async () => {
    halfOpen();
    await health.enter(one!, 'p');
    await state.openCircuit('d1', clock + 9_000);
    expect(health.delivered(one!, 'p')).toBeNull();
    expect(health.circuit('d1')).toMatchObject({ state: 'open', until: clock + 9_000 });
  });

  it.each<[ErrorCode, GatewayErrorOptions]>([
    ['cancelled', {}],
    ['caller_lost', {}],
    ['upstream_bad_request', {}],
    ['upstream_rate_limited', { retryAfterMs: 0 }],
  ])('gives the probe to the next when it proves nothing: %s %j', async (code, options) => {
    halfOpen();
    await health.enter(one!, 'p');
    expect(failed(code, { attemptId: 'p', ...options })).toBeNull();
    expect(health.circuit('d1')).toEqual({ state: 'half-open', until: null, probing: false });
    expect(await health.enter(one!, 'q')).toBe(true);
  });

  it('sends another probe when one is silent for too long, and believes both', async () => {
    halfOpen();
    await health.enter(one!, 'slow');
    clock += 30_000;
    expect(await health.enter(one!, 'next')).toBe(true);
    expect(health.delivered(one!, 'slow')).toBeNull();
    expect(health.delivered(one!, 'next')).toEqual({ state: 'closed', until: null });
  });

  it('takes a probe that fails after another has succeeded for a call like any other', async () => {
    halfOpen();
    const slow = new DeploymentHealth(
      state,
      () => router,
      () => clock,
    );
    await slow.enter(one!, 'slow');
    clock += 30_000;
    await health.enter(one!, 'next');
    succeeded('next');
    const error = new GatewayError('upstream_error', 'x');
    expect(slow.settled(one!, { attemptId: 'slow', error, header: header() })).toBeNull();
    expect(slow.circuit('d1').state).toBe('closed');
  });

  it('does not count calls that fail while it is open as another time in a row', () => {
    failed('upstream_rate_limited');
    clock += 1_000;
    expect(failed('upstream_rate_limited')).toEqual({ state: 'open', until: clock + 5_000 });
    expect(state.circuits().get('d1')?.opens).toBe(1);
    expect(failed('upstream_rate_limited')).toBeNull();
  });

  it('forgets failures with the minute', () => {
    for (let n = 0; n < 4; n++) failed('upstream_error');
    clock += 60_000;
    expect(failed('upstream_error')).toBeNull();
  });

  it('weighs failures against successes', () => {
    for (let n = 0; n < 4; n++) succeeded();
    for (let n = 0; n < 4; n++) expect(failed('upstream_error')).toBeNull();
    expect(failed('upstream_error')?.state).toBe('open');
  });

  it('begins anew once it is closed: one failure more is not the last straw', async () => {
    for (let n = 0; n < 5; n++) failed('upstream_error');
    expect(health.circuit('d1').state).toBe('open');
    clock += 5_000;
    await health.enter(one!, 'p');
    succeeded('p');
    for (let n = 0; n < 3; n++) expect(failed('upstream_error')).toBeNull();
  });

  it('forgets what it counted of a deployment that another replica took out', async () => {
    for (let n = 0; n < 4; n++) failed('upstream_error');
    await state.openCircuit('d1', clock + 1_000);
    expect(failed('upstream_error')).toBeNull();
    await state.closeCircuit('d1', clock + 1_000);
    expect(failed('upstream_error')).toBeNull();
  });

  it('counts each class for itself where a policy names it', () => {
    router = { ...ROUTER_DEFAULTS, allowedFailsPolicy: { TimeoutError: 1, Default: 3 } };
    expect(failed('upstream_timeout')).toBeNull();
    expect(failed('upstream_error')).toBeNull();
    expect(failed('upstream_timeout')?.state).toBe('open');
  });

  it('follows settings that are reloaded', () => {
    expect(failed('upstream_error')).toBeNull();
    router = { ...ROUTER_DEFAULTS, allowedFails: 1 };
    expect(failed('upstream_error')?.state).toBe('open');
  });

  it('never takes a lone deployment out for 401 or 404', () => {
    router = { ...ROUTER_DEFAULTS, allowedFails: 2 };
    for (let n = 0; n < 20; n++) {
      expect(failed('upstream_authentication', { candidate: lone! })).toBeNull();
      expect(failed('upstream_not_found', { candidate: lone! })).toBeNull();
    }
    expect(failed('upstream_error', { candidate: lone! })?.state).toBe('open');
  });

  it('goes on when shared state is away', async () => {
    const away = (): Promise<never> => Promise.reject(new Error('away'));
    const open = state.openCircuit.bind(state);
    state.openCircuit = (id, until) => open(id, until).then(away);
    const close = state.closeCircuit.bind(state);
    state.closeCircuit = (id, until) => close(id, until).then(away);
    halfOpen();
    await health.enter(one!, 'p');
    expect(succeeded('p')).toEqual({ state: 'closed', until: null });
  });
});
