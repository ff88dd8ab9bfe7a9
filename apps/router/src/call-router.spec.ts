import { setLogLevel } from '@tollgate/observability';
import { GatewayError, type ErrorCode } from '@tollgate/contracts';
import { START, Stage, config, deployment, delivered, failure, keyFor } from './_fixtures.js';

beforeAll(() => setLogLevel('silent'));

const two = [deployment('d1'), deployment('d2')];
const other = deployment('claude', { group: 'quality', provider: 'anthropic', model: 'sonnet' });
const third = deployment('llama', { group: 'local', provider: 'ollama', model: 'llama3' });

describe('an attempt', () => {
  it('goes to the provider with all that the worker needs', async () => {
    const stage = new Stage(config([other]));
    expect(await stage.route({ model: 'quality' })).toBe(delivered);
    expect(stage.targets).toEqual(['anthropic']);
    expect(stage.attempts[0]).toMatchObject({
      attemptId: 'call:1',
      deploymentId: 'claude',
      group: 'quality',
      upstreamModel: 'sonnet',
      retries: 0,
      fallbacks: 0,
      call: { id: 'call', model: 'quality' },
      clocks: { totalMs: 600_000 },
    });
  });

  it('has ids of its own after a resend: what the lost router had sent may be billed', async () => {
    const stage = new Stage(config(two), [failure('upstream_error'), delivered]);
    await stage.route({ resends: 1 });
    expect(stage.attempts.map(({ attemptId }) => attemptId)).toEqual(['call:r1:1', 'call:r1:2']);
  });

  it('is the last one once anything was delivered, even if it broke off', async () => {
    const broken = { ...failure('upstream_stream_broken'), delivered: true };
    const stage = new Stage(config(two), [broken]);
    expect(await stage.route()).toBe(broken);
    expect(stage.asked).toHaveLength(1);
  });

  it('is not made for a name that nobody knows', async () => {
    const stage = new Stage(config(two, { fallbacks: { '*': ['chat'] } }));
    const error = await stage.fails({ model: 'x' });
    expect(error.status).toBe(400);
    expect(error.message).toBe(
      '/chat/completions: Invalid model name passed in model=x. Call /v1/models to view available models for your key.',
    );
    expect((await stage.fails({ model: 'x', dialect: 'anthropic-messages' })).message).toMatch(
      /^\/v1\/messages: Invalid model name passed in model=x\./,
    );
    expect(stage.asked).toEqual([]);
  });
});

describe('retries', () => {
  it.each<[ErrorCode, number]>([
    ['upstream_rate_limited', 3],
    ['upstream_error', 3],
    ['upstream_timeout', 3],
    ['upstream_connection', 3],
    ['service_lost', 3],
    ['draining', 3],
    ['upstream_bad_request', 1],
    ['internal', 1],
    ['upstream_authentication', 1],
    ['provider_unavailable', 1],
  ])('%s of a lone deployment: %i attempts', async (code, attempts) => {
    const stage = new Stage(config([deployment('d1')]), [failure(code)]);
    await stage.fails();
    expect(stage.asked).toHaveLength(attempts);
  });

  it('go at once to a deployment that was not tried, whatever the provider says', async () => {
    const stage = new Stage(config(two), [
      failure('upstream_rate_limited', { retryAfterMs: 30_000 }),
      delivered,
    ]);
    expect(await stage.route()).toBe(delivered);
    expect(stage.asked).toEqual(['d1', 'd2']);
    expect(stage.slept).toEqual([]);
    expect(stage.attempts[1]).toMatchObject({ attemptId: 'call:2', retries: 1 });
  });

  it('wait before they ask the same one again', async () => {
    const stage = new Stage(config([deployment('d1')]), [failure('upstream_error')], () => 0.5);
    await stage.fails();
    expect(stage.slept).toEqual([250, 500]);
  });

  it('never ask a deployment again that is unfit', async () => {
    const answers = [failure('upstream_authentication'), failure('upstream_error')];
    const stage = new Stage(config(two, { router: { numRetries: 5 } }), answers);
    await stage.fails();
    expect(stage.asked).toEqual(['d1', 'd2', 'd2', 'd2', 'd2', 'd2']);
  });

  it('pass over every deployment of a provider that no worker serves', async () => {
    const stage = new Stage(config([...two, deployment('z', { provider: 'azure' })]), ({ deploymentId }) =>
      deploymentId === 'z' ? delivered : failure('provider_unavailable'),
    );
    await stage.route();
    expect(stage.asked).toEqual(['d1', 'z']);
  });

  it('go on to the others of a provider when its worker cannot serve one deployment', async () => {
    const stage = new Stage(config(two), ({ deploymentId }) =>
      deploymentId === 'd2' ? delivered : failure('deployment_unavailable'),
    );
    await stage.route();
    expect(stage.asked).toEqual(['d1', 'd2']);
  });

  it('are not begun when they cannot end in time', async () => {
    const limited = failure('upstream_rate_limited', { retryAfterMs: 5_000 });
    const stage = new Stage(config([deployment('d1')]), [limited]);
    const error = await stage.fails({ deadline: START + 5_050 });
    expect(stage.asked).toEqual(['d1']);
    expect(error.status).toBe(429);
  });

  it.each(['cancelled', 'caller_lost', 'deadline_exceeded'] as const)('stop at once: %s', async (code) => {
    const stage = new Stage(config([...two, other], { fallbacks: { chat: ['quality'] } }), [failure(code)]);
    expect((await stage.fails()).code).toBe(code);
    expect(stage.asked).toHaveLength(1);
  });

  it('stop when the caller hangs up between two attempts', async () => {
    const stage = new Stage(config(two), () => {
      stage.abort.abort(new GatewayError('caller_lost', 'gone'));
      return failure('upstream_error');
    });
    expect((await stage.fails()).code).toBe('caller_lost');
    expect(stage.asked).toHaveLength(1);
  });

  it('stop when the deadline passes in between', async () => {
    const stage = new Stage(config(two), () => {
      stage.clock += 600_000;
      return failure('upstream_error');
    });
    const error = await stage.fails();
    expect(stage.asked).toHaveLength(1);
    expect(error.code).toBe('upstream_error');
  });
});

describe('fallbacks', () => {
  const settings = (fallbacks: Record<string, string[]>, router = {}) =>
    config([deployment('d1'), other, third], { fallbacks, router: { numRetries: 0, ...router } });
  const onlyAt = (id: string) => (attempt: { deploymentId: string }) =>
    attempt.deploymentId === id ? delivered : failure('upstream_error');

  it('move to another group, provider and dialect', async () => {
    const stage = new Stage(settings({ chat: ['quality', 'local'] }), onlyAt('llama'));
    expect(await stage.route()).toBe(delivered);
    expect(stage.targets).toEqual(['openai', 'anthropic', 'ollama']);
    expect(stage.attempts[2]).toMatchObject({
      group: 'local',
      retries: 0,
      fallbacks: 2,
      attemptId: 'call:3',
    });
  });

  it('try every group once, the fallbacks of a fallback first', async () => {
    const chains = { chat: ['quality', 'local'], quality: ['chat', 'local'], local: ['quality'] };
    const stage = new Stage(settings(chains), [failure('upstream_error')]);
    await stage.fails();
    expect(stage.asked).toEqual(['d1', 'claude', 'llama']);
  });

  it('are those of * for a group without its own', async () => {
    const stage = new Stage(settings({ '*': ['local'] }), onlyAt('llama'));
    await stage.route();
    expect(stage.asked).toEqual(['d1', 'llama']);
  });

  it('are bounded by max_fallbacks', async () => {
    const stage = new Stage(settings({ chat: ['quality', 'local'] }, { maxFallbacks: 1 }), onlyAt('llama'));
    await stage.fails();
    expect(stage.asked).toEqual(['d1', 'claude']);
  });

  it('can be switched off by the caller', async () => {
    const stage = new Stage(settings({ chat: ['quality'] }), [failure('upstream_error')]);
    await stage.fails({ disableFallbacks: true });
    expect(stage.asked).toEqual(['d1']);
  });

  it('are not for errors of the caller', async () => {
    const stage = new Stage(settings({ chat: ['quality'] }), [failure('upstream_bad_request')]);
    expect((await stage.fails()).message).toBe('the upstream_bad_request of the provider');
    expect(stage.asked).toEqual(['d1']);
  });

  it('go on when a fallback finds fault with the request', async () => {
    const stage = new Stage(settings({ chat: ['quality', 'local'] }), ({ deploymentId }) =>
      deploymentId === 'llama'
        ? delivered
        : failure(deploymentId === 'd1' ? 'upstream_error' : 'upstream_bad_request'),
    );
    expect(await stage.route()).toBe(delivered);
  });

  it.each([
    [
      ['chat', 'local'],
      ['d1', 'llama'],
    ],
    [
      ['chat', 'qual*'],
      ['d1', 'claude'],
    ],
    [[], ['d1', 'claude', 'llama']],
  ])('pass over what the key may not call: %j', async (models, asked) => {
    const stage = new Stage(settings({ chat: ['quality', 'local'] }), [failure('upstream_error')]);
    const error = await stage.fails({ principal: keyFor(...models) });
    expect(stage.asked).toEqual(asked);
    if (models.includes('local'))
      expect(error.message).toContain("Fallbacks this key may not call=['quality']");
  });

  it('end with the error of the first group and an account of the rest', async () => {
    const stage = new Stage(settings({ chat: ['quality'] }, { numRetries: 1 }), ({ deploymentId }) =>
      deploymentId === 'd1'
        ? failure('upstream_timeout', { status: 504 })
        : failure('upstream_error', { status: 529 }),
    );
    const error = await stage.fails();
    expect(error).toMatchObject({ code: 'upstream_timeout', status: 504, type: 'timeout_error' });
    expect(error.message).toBe(
      'the upstream_timeout of the provider. Received Model Group=chat\n' +
        "Available Model Group Fallbacks=['quality']\n" +
        'Error doing the fallback: quality: the upstream_error of the provider ' +
        'LiteLLM Retried: 1 times, LiteLLM Max Retries: 1',
    );
  });

  it('tell of none when there are none, and which provider has no worker', async () => {
    const error = await new Stage(settings({}), [failure('provider_unavailable')]).fails();
    expect(error.status).toBe(503);
    expect(error.message).toMatch(
      /^No worker serves provider openai at the moment\. Received Model Group=chat\n/,
    );
    expect(error.message).toContain('Available Model Group Fallbacks=None');
  });
});

describe('cooldown', () => {
  it('takes a limited deployment out for as long as its provider says', async () => {
    const stage = new Stage(config(two), [
      failure('upstream_rate_limited', { retryAfterMs: 30_000 }),
      delivered,
    ]);
    await stage.route();
    expect(stage.out()).toEqual([['d1', START + 30_000]]);
    await stage.route();
    expect(stage.asked).toEqual(['d1', 'd2', 'd2']);
    stage.clock += 30_000;
    await stage.route();
    expect(stage.asked.at(-1)).toBe('d1');
  });

  it('refuses when all are out, and tells the true time', async () => {
    const stage = new Stage(config(two));
    await stage.state.openCircuit('d1', START + 61_000);
    await stage.state.openCircuit('d2', START + 2_300);
    const error = await stage.fails();
    expect(error).toMatchObject({ code: 'all_cooling', status: 429, options: { retryAfterMs: 2_300 } });
    expect(error.message).toMatch(/^No deployments available for selected model, Try again in 3 seconds\. /);
    expect(stage.asked).toEqual([]);
  });

  it('goes to the fallback when all are out', async () => {
    const stage = new Stage(config([...two, other], { fallbacks: { chat: ['quality'] } }));
    await stage.state.openCircuit('d1', START + 61_000);
    await stage.state.openCircuit('d2', START + 61_000);
    expect(await stage.route()).toBe(delivered);
    expect(stage.asked).toEqual(['claude']);
  });

  it('tells the error of the provider and when the first returns when the last one goes out in this call', async () => {
    const stage = new Stage(config(two), [failure('upstream_rate_limited')]);
    const error = await stage.fails();
    expect(error).toMatchObject({ code: 'upstream_rate_limited', options: { retryAfterMs: 5_000 } });
    expect(stage.asked).toEqual(['d1', 'd2']);
  });

  it('comes with a high rate of failures, streams that break among them', async () => {
    const broken = { ...failure('upstream_stream_broken'), delivered: true };
    const stage = new Stage(config(two), [broken]);
    for (let call = 0; call < 4; call++) await stage.route();
    expect(stage.out().length).toBe(0);
    await stage.route();
    expect(stage.out().map(([id]) => id)).toEqual(['d1']);
  });

  it('forgets failures with the minute', async () => {
    const broken = { ...failure('upstream_error'), delivered: true };
    const stage = new Stage(config(two), [broken]);
    for (let call = 0; call < 8; call++) {
      if (call === 4) stage.clock += 60_000;
      await stage.route();
    }
    expect(stage.out().length).toBe(0);
  });

  it('goes on when the other replicas cannot be told', async () => {
    const stage = new Stage(config(two), [failure('upstream_rate_limited'), delivered]);
    stage.state.openCircuit = () => Promise.reject(new Error('away'));
    expect(await stage.route()).toBe(delivered);
  });
});

describe('decisions', () => {
  it('explain afterwards where a call went and why', async () => {
    const stage = new Stage(
      config([...two, other], { fallbacks: { chat: ['quality'] }, router: { numRetries: 0 } }),
      [failure('upstream_rate_limited', { retryAfterMs: 9_000 }), delivered],
    );
    await stage.state.openCircuit('d2', START + 1_000);
    await stage.route();
    expect(stage.assembly.decisions.find('call')).toMatchObject({
      callId: 'call',
      model: 'chat',
      replica: 'here',
    });
    expect(stage.steps()).toEqual([
      { step: 'resolved', name: 'chat', group: 'chat' },
      {
        step: 'picked',
        attempt: 1,
        group: 'chat',
        deploymentId: 'd1',
        strategy: 'simple-shuffle',
        candidates: ['d1'],
        dropped: [{ deploymentId: 'd2', reason: expect.stringContaining('open until') }],
      },
      {
        step: 'answered',
        attempt: 1,
        deploymentId: 'd1',
        delivered: false,
        code: 'upstream_rate_limited',
        latencyMs: 5,
        firstTokenMs: null,
      },
      { step: 'circuit', deploymentId: 'd1', state: 'open', until: START + 9_000 },
      { step: 'fell-back', group: 'quality', because: 'upstream_rate_limited' },
      {
        step: 'picked',
        attempt: 2,
        group: 'quality',
        deploymentId: 'claude',
        strategy: 'simple-shuffle',
        candidates: ['claude'],
        dropped: [],
      },
      {
        step: 'answered',
        attempt: 2,
        deploymentId: 'claude',
        delivered: true,
        code: null,
        latencyMs: 5,
        firstTokenMs: null,
      },
    ]);
  });

  it('end with the error of a call that failed', async () => {
    const stage = new Stage(config(two));
    await stage.fails({ model: 'x' });
    expect(stage.steps()).toEqual([{ step: 'failed', code: 'unknown_model' }]);
  });
});
