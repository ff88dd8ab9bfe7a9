import { GROUP_DEFAULTS, ROUTER_DEFAULTS } from '@tollgate/config';
import { clocksFor } from './clocks.js';
import { START, deployment, header } from '../_fixtures.js';

const all = { timeoutMs: 40_000, streamTimeoutMs: 4_000 };

describe('clocksFor', () => {
  it.each([
    ['router', {}, {}, {}, { totalMs: 600_000, firstTokenMs: 600_000, idleMs: 60_000, connectMs: 10_000 }],
    ['router set', {}, {}, all, { totalMs: 40_000, firstTokenMs: 40_000, idleMs: 40_000 }],
    ['router, stream', { stream: true }, {}, all, { totalMs: 40_000, firstTokenMs: 4_000, connectMs: 4_000 }],
    [
      'deployment',
      { stream: true },
      { timeoutMs: 30_000, streamTimeoutMs: 3_000 },
      all,
      { totalMs: 30_000, firstTokenMs: 3_000 },
    ],
    [
      'caller',
      { stream: true, timeoutMs: 20_000, streamTimeoutMs: 2_000 },
      all,
      all,
      { totalMs: 20_000, firstTokenMs: 2_000 },
    ],
    ['caller, no stream', { streamTimeoutMs: 2_000 }, {}, all, { totalMs: 40_000, firstTokenMs: 40_000 }],
    [
      'deadline',
      { stream: true, deadline: START + 1_500 },
      all,
      all,
      { totalMs: 1_500, firstTokenMs: 1_500, idleMs: 1_500, connectMs: 1_500 },
    ],
    [
      'session',
      { stream: true, dialect: 'openai-realtime' as const },
      { timeoutMs: 1_000 },
      all,
      { totalMs: 600_000, connectMs: 4_000 },
    ],
    [
      'deadline over',
      { deadline: START - 1 },
      {},
      {},
      { totalMs: 1, firstTokenMs: 1, idleMs: 1, connectMs: 1 },
    ],
  ])('%s', (_who, call, own, router, expected) => {
    const settings = { router: { ...ROUTER_DEFAULTS, ...router }, group: GROUP_DEFAULTS, now: START };
    expect(clocksFor(header(call), deployment('d', own), settings)).toMatchObject(expected);
  });

  it('goes by the deployment, the model name, the key and the router in this order', () => {
    const group = { ...GROUP_DEFAULTS, timeoutMs: 7_000, connectTimeoutMs: 700, idleTimeoutMs: 70 };
    const router = { ...ROUTER_DEFAULTS, timeoutMs: 9_000, connectTimeoutMs: 900, idleTimeoutMs: 90 };
    const call = header();
    const keyed = header({ principal: { ...call.principal, routing: { timeoutMs: 8_000 } } });
    const settings = { router, group: GROUP_DEFAULTS, now: START };
    expect(clocksFor(call, deployment('d'), settings)).toMatchObject({
      totalMs: 9_000,
      connectMs: 900,
      idleMs: 90,
    });
    expect(clocksFor(keyed, deployment('d'), settings)).toMatchObject({ totalMs: 8_000 });
    expect(clocksFor(keyed, deployment('d'), { ...settings, group })).toMatchObject({
      totalMs: 7_000,
      connectMs: 700,
      idleMs: 70,
    });
    const own = { timeoutMs: 6_000, connectTimeoutMs: 600, idleTimeoutMs: 60 };
    expect(clocksFor(keyed, deployment('d', own), { ...settings, group })).toMatchObject({
      totalMs: 6_000,
      connectMs: 600,
      idleMs: 60,
    });
  });
});
