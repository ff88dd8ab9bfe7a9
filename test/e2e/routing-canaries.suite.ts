import { readFileSync, writeFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';
import { eventually } from './_seed.js';
import {
  OF_ANY_REPLICA,
  bearer,
  shares,
  statuses,
  type Answered,
  type RoutingSubject,
  type Visitor,
} from './_routing.js';

/** Point 7: canaries, mirrors and affinity. */
export const canariesConfig = (): string => `
model_list:
  - { model_name: half, canary: { to: half-new, percent: 50, sticky_by: none }, litellm_params: { model: openai/half-old, litellm_credential_name: lab, input_cost_per_token: 0.00001, output_cost_per_token: 0.00001 } }
  - { model_name: half-new, litellm_params: { model: anthropic/half-new, litellm_credential_name: lab-anthropic, input_cost_per_token: 0.00002, output_cost_per_token: 0.00002 } }
  - { model_name: by-user, canary: { to: by-user-new, percent: 50, sticky_by: user }, litellm_params: { model: openai/by-user-old, litellm_credential_name: lab } }
  - { model_name: by-user-new, litellm_params: { model: openai/by-user-new, litellm_credential_name: lab } }
  - { model_name: risky, canary: { to: risky-new, percent: 50, sticky_by: none, rollback_when: { error_rate_above: 0.2, min_calls: 5 } }, litellm_params: { model: openai/risky-old, litellm_credential_name: lab } }
  - { model_name: risky-new, num_retries: 0, cooldown_time: 0, litellm_params: { model: openai/risky-new, litellm_credential_name: lab } }
  - { model_name: promoted, canary: { to: promoted-new, percent: 0, sticky_by: key }, litellm_params: { model: openai/promoted-old, litellm_credential_name: lab } }
  - { model_name: promoted-new, litellm_params: { model: openai/promoted-new, litellm_credential_name: lab } }
  - { model_name: mirrored, litellm_params: { model: openai/mirrored, litellm_credential_name: lab, silent_model: shadow, input_cost_per_token: 0.00001, output_cost_per_token: 0.00001 } }
  - { model_name: shadow, litellm_params: { model: openai/shadow, litellm_credential_name: lab, input_cost_per_token: 0.001, output_cost_per_token: 0.001 } }
  - { model_name: loyal, litellm_params: { model: openai/loyal-a, litellm_credential_name: lab } }
  - { model_name: loyal, litellm_params: { model: openai/loyal-b, litellm_credential_name: lab } }
  - { model_name: loyal, litellm_params: { model: openai/loyal-c, litellm_credential_name: lab } }
router_settings:
  optional_pre_call_checks: [session_affinity]
`;

interface Arm {
  readonly calls: number;
  readonly errors: number;
  readonly p95_latency_ms: number | null;
  readonly cost: number;
}

interface Canary {
  readonly model: string;
  readonly rolled_back: { readonly reason: string } | null;
  readonly canary: Arm;
  readonly baseline: Arm;
}

export function describeCanaries(visitor: Visitor, subject: () => RoutingSubject): void {
  const chat = visitor.chat.bind(visitor);
  const seen = visitor.seen.bind(visitor);

  const canaryOf = async (model: string): Promise<Canary> => {
    const { canaries } = await visitor.read<{ canaries: Canary[] }>('/router/canary');
    return canaries.find((canary) => canary.model === model)!;
  };

  /** What every replica says of it. */
  const everywhere = (model: string): Promise<Canary[]> =>
    Promise.all(Array.from({ length: OF_ANY_REPLICA }, () => canaryOf(model)));

  const inBursts = async (rounds: number, model: string, extra: object = {}): Promise<Answered[]> => {
    const answers: Answered[] = [];
    for (let round = 0; round < rounds; round += 1) answers.push(...(await visitor.burst(10, model, extra)));
    return answers;
  };

  it('a canary gets its share, and GET /router/canary compares the arms', async () => {
    const before = await canaryOf('half');
    const answers = await inBursts(20, 'half');
    const { 'half-new': canary = 0, 'half-old': baseline = 0 } = shares(answers);
    expect(canary + baseline).toBe(200);
    // Six standard deviations around the half.
    expect(Math.abs(canary - 100)).toBeLessThan(43);
    const reports = await eventually(
      () => everywhere('half'),
      (all) =>
        all.every(
          (one) =>
            one.canary.calls + one.baseline.calls === before.canary.calls + before.baseline.calls + 200,
        ),
    );
    for (const report of reports) {
      expect(report.canary.calls - before.canary.calls).toBe(canary);
      expect([report.rolled_back, report.canary.errors, report.baseline.errors]).toEqual([null, 0, 0]);
      expect(report.canary.p95_latency_ms).toBeGreaterThan(0);
      // Twice the price a token.
      expect(report.canary.cost / report.canary.calls).toBeGreaterThan(
        report.baseline.cost / report.baseline.calls,
      );
    }
  });

  it('sticky_by user: nobody changes sides', async () => {
    const users = Array.from({ length: 8 }, (_, at) => `user-${String(at)}`);
    const sides = await Promise.all(
      users.map(async (user) => Object.keys(shares(await inBursts(5, 'by-user', { user })))),
    );
    expect(sides.map((side) => side.length)).toEqual(users.map(() => 1));
    // All eight on one side: less than one in a hundred, and hashing is the same every time.
    expect(new Set(sides.flat())).toEqual(new Set(['by-user-old', 'by-user-new']));
  });

  it('a canary that fails is taken back, no client sees it fail, and it stays back after a restart', async () => {
    visitor.lab.script('risky-new', [{ status: 500 }]);
    const answers = await inBursts(6, 'risky');
    expect(new Set(statuses(answers))).toEqual(new Set([200]));
    expect(new Set(answers.map(({ upstream }) => upstream))).toEqual(new Set(['risky-old']));
    await eventually(
      () => everywhere('risky'),
      (all) => all.every(({ rolled_back }) => rolled_back !== null),
    );
    const { rolled_back, canary } = await canaryOf('risky');
    expect(rolled_back!.reason).toMatch(/\d+ of \d+ calls failed, more than 20%/);
    expect(canary.errors).toBeGreaterThanOrEqual(5);
    const failed = seen('risky-new').calls;
    await inBursts(3, 'risky');
    expect(seen('risky-new').calls).toBe(failed);

    await subject().restartRouters();
    await eventually(
      () => everywhere('risky'),
      (all) => all.every((one) => one.rolled_back !== null),
    );
    expect(new Set(statuses(await inBursts(3, 'risky')))).toEqual(new Set([200]));
    expect(seen('risky-new').calls).toBe(failed);
  }, 60_000);

  it('is promoted by one number in the file', async () => {
    const { configFile } = subject();
    const all = async () => shares(await visitor.burst(OF_ANY_REPLICA, 'promoted'));
    expect(await all()).toEqual({ 'promoted-old': OF_ANY_REPLICA });
    const original = readFileSync(configFile, 'utf8');
    const config = parse(original) as { model_list: { model_name: string; canary?: { percent: number } }[] };
    config.model_list.find(({ model_name }) => model_name === 'promoted')!.canary!.percent = 100;
    writeFileSync(configFile, stringify(config));
    await eventually(all, (counts) => counts['promoted-new'] === OF_ANY_REPLICA);
    writeFileSync(configFile, original);
    await eventually(all, (counts) => counts['promoted-old'] === OF_ANY_REPLICA);
  });

  it('silent_model: a copy of each call, with a row of its own that the caller does not pay', async () => {
    const { key, token } = await visitor.newKey({ models: ['mirrored'] });
    const answer = await chat('mirrored', {}, bearer(key));
    expect([answer.status, answer.upstream]).toEqual([200, 'mirrored']);
    const rows = await visitor.rows(answer.callId, 2);
    expect(rows.map(({ metadata }) => metadata.tollgate_role)).toEqual(['primary', 'mirror']);
    const [own, mirror] = rows;
    expect(own!.api_key).toBe(token);
    expect(mirror!.api_key).not.toBe(token);
    expect(mirror!.spend).toBeGreaterThan(own!.spend);
    expect(mirror!.completion_tokens).toBe(seen('shadow').completionTokens);
    const spent = async () =>
      (await visitor.read<{ info: { spend: number } }>(`/key/info?key=${token}`)).info.spend;
    const spend = await eventually(spent, (dollars) => dollars > 0);
    expect(spend).toBeCloseTo(own!.spend, 9);
    // What happens to the copy is nobody's failure.
    visitor.lab.script('shadow', [{ status: 500 }]);
    expect((await chat('mirrored')).status).toBe(200);
  });

  it('a session stays with its deployment', async () => {
    const sessions = Array.from({ length: 12 }, (_, at) => `session-${String(at)}`);
    const places = await Promise.all(
      sessions.map(async (session) => {
        const headers = { 'x-litellm-session-id': session };
        const answers = [await chat('loyal', {}, headers), await chat('loyal', {}, headers)];
        for (let more = 0; more < 4; more += 1) answers.push(await chat('loyal', {}, headers));
        return Object.keys(shares(answers));
      }),
    );
    expect(places.map((place) => place.length)).toEqual(sessions.map(() => 1));
    expect(new Set(places.flat()).size).toBeGreaterThan(1);
  });
}
