import { eventually } from './_seed.js';
import { OF_ANY_REPLICA, errorOf, shares, statuses, type Visitor } from './_routing.js';

/** Point 2: who is out, for how long, and who may come back. The first tier fails, the second is well. */
export const healthConfig = (): string => `
model_list:
  - { model_name: limited, cooldown_time: 1, litellm_params: { model: openai/limited-1, litellm_credential_name: lab, order: 1 }, model_info: { id: limited-1 } }
  - { model_name: limited, litellm_params: { model: openai/limited-2, litellm_credential_name: lab, order: 2 } }
  - { model_name: forewarned, litellm_params: { model: openai/forewarned-1, litellm_credential_name: lab, order: 1 } }
  - { model_name: forewarned, litellm_params: { model: openai/forewarned-2, litellm_credential_name: lab, order: 2 } }
  - { model_name: patient, allowed_fails: 8, cooldown_time: 60, litellm_params: { model: openai/patient-1, litellm_credential_name: lab, order: 1 } }
  - { model_name: patient, litellm_params: { model: openai/patient-2, litellm_credential_name: lab, order: 2 } }
  - { model_name: lone, num_retries: 0, litellm_params: { model: openai/lone, litellm_credential_name: lab } }
  - { model_name: all-out, num_retries: 1, litellm_params: { model: openai/out-1, litellm_credential_name: lab } }
  - { model_name: all-out, litellm_params: { model: openai/out-2, litellm_credential_name: lab } }
  - { model_name: worth-waiting, num_retries: 1, cooling_wait: 20, cooldown_time: 1, litellm_params: { model: openai/back-1, litellm_credential_name: lab }, model_info: { id: back-1 } }
  - { model_name: worth-waiting, litellm_params: { model: openai/back-2, litellm_credential_name: lab }, model_info: { id: back-2 } }
`;

export function describeHealth(visitor: Visitor): void {
  const chat = visitor.chat.bind(visitor);
  const burst = visitor.burst.bind(visitor);
  const seen = visitor.seen.bind(visitor);

  /** Sends until a whole burst leaves the deployment alone. */
  const isLeftAlone = (model: string, upstream: string): Promise<unknown> =>
    eventually(
      async () => {
        const before = seen(upstream).calls;
        expect(new Set(statuses(await burst(OF_ANY_REPLICA, model)))).toEqual(new Set([200]));
        return seen(upstream).calls - before;
      },
      (more) => more === 0,
    );

  it('a 429: no call before its retry-after on any replica, then one probe, then all again', async () => {
    const startedAt = Date.now();
    visitor.lab.script('limited-1', [
      { status: 429, headers: { 'retry-after': '4' } },
      { delayMs: 2_000 },
      {},
    ]);
    const first = await chat('limited');
    expect([first.status, first.upstream]).toEqual([200, 'limited-2']);
    await visitor.isOpen('limited-1');
    expect(shares(await burst(24, 'limited'))).toEqual({ 'limited-2': 24 });
    expect(seen('limited-1').calls).toBe(1);

    // The next that it gets is the probe, which takes its time: it stays the only one.
    const all: Promise<unknown>[] = [];
    await eventually(
      async () => {
        all.push(chat('limited'), chat('limited'));
        return seen('limited-1').calls;
      },
      (calls) => calls > 1,
    );
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(3_990);
    expect(shares(await burst(OF_ANY_REPLICA, 'limited'))).toEqual({ 'limited-2': OF_ANY_REPLICA });
    expect(seen('limited-1').calls).toBe(2);
    await Promise.all(all);
    await eventually(
      () => burst(OF_ANY_REPLICA, 'limited'),
      (answers) => shares(answers)['limited-1'] === OF_ANY_REPLICA,
    );
  });

  it('what a provider says of its limits stops the calls before the next 429', async () => {
    const headers = { 'x-ratelimit-limit-requests': '100', 'x-ratelimit-remaining-requests': '0' };
    visitor.lab.script('forewarned-1', [{ headers: { ...headers, 'x-ratelimit-reset-requests': '90s' } }]);
    expect((await chat('forewarned')).upstream).toBe('forewarned-1');
    await isLeftAlone('forewarned', 'forewarned-1');
  });

  it('allowed_fails: so many failures a minute, and one more, take a deployment out', async () => {
    visitor.lab.script('patient-1', [{ status: 500 }]);
    for (let calls = 0; calls < 40; calls += 1) expect((await chat('patient')).upstream).toBe('patient-2');
    // Each replica counts its own: three of them may see eight each, and whoever sees the ninth tells the others. Without
    // the setting five would have been enough.
    expect(seen('patient-1').calls).toBeGreaterThanOrEqual(9);
    expect(seen('patient-1').calls).toBeLessThanOrEqual(27);
  });

  it('a lone deployment stays, whoever gets a 401 or a 404 from it', async () => {
    visitor.lab.script('lone', [{ status: 401 }, { status: 404 }, {}]);
    const answers = [await chat('lone'), await chat('lone'), await chat('lone')];
    expect(statuses(answers)).toEqual([401, 404, 200]);
  });

  it('all are cooling: 429 at once, with the true retry-after and without a call', async () => {
    for (const name of ['out-1', 'out-2'])
      visitor.lab.script(name, [{ status: 429, headers: { 'retry-after': '40' } }]);
    expect((await chat('all-out', {}, { 'x-litellm-timeout': '5' })).status).toBe(429);
    const answers = await eventually(
      async () => {
        const before = seen('out-1').calls + seen('out-2').calls;
        const all = await burst(OF_ANY_REPLICA, 'all-out');
        return seen('out-1').calls + seen('out-2').calls === before ? all : [];
      },
      (all) => all.length > 0,
    );
    for (const answer of answers) {
      expect([answer.status, errorOf(answer).type]).toEqual([429, 'all_deployments_in_cooldown']);
      const retryAfter = Number(answer.headers.get('retry-after'));
      expect(retryAfter).toBeGreaterThan(20);
      expect(retryAfter).toBeLessThanOrEqual(40);
    }
  });

  it('all are cooling: with cooling_wait the call waits for the first to return', async () => {
    for (const name of ['back-1', 'back-2'])
      visitor.lab.script(name, [{ status: 429, headers: { 'retry-after': '3' } }, {}]);
    expect((await chat('worth-waiting', {}, { 'x-litellm-timeout': '1' })).status).toBe(429);
    await Promise.all([visitor.isOpen('back-1'), visitor.isOpen('back-2')]);
    const waited = await chat('worth-waiting');
    expect(waited.status).toBe(200);
    const { steps } = await visitor.explain(waited.callId);
    expect(steps).toContainEqual(expect.objectContaining({ step: 'waited', why: 'cooling' }));
    expect(seen('back-1').calls + seen('back-2').calls).toBe(3);
  });
}
