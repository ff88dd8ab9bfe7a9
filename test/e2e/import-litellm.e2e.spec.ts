import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildOnce, describeWithServers, startGateway, type Gateway } from '@tollgate/testing';
import { LiteLlmDatabase, sha256 } from '../../apps/standalone/src/import-litellm/_litellm-database.js';

const OPEN = 'sk-open-key-of-litellm';
const SPENT = 'sk-spent-key-of-litellm';
const BLOCKED = 'sk-blocked-key-of-litellm';
const EXPIRED = 'sk-expired-key-of-litellm';

/** Free models are not refused to anybody. */
const PRICED = { model: 'demo/demo', input_cost_per_token: 1e-6, output_cost_per_token: 1e-6 };
const CONFIG = { model_list: [{ model_name: 'demo', litellm_params: PRICED }] };

const run = promisify(execFile);

/** The command, as `npx tollgate` runs it, into a folder. */
async function importInto(data: string, url: string, ...more: string[]): Promise<string> {
  const program = ['apps/standalone/bin/tollgate.mjs', 'import-litellm', '--data', data];
  const { stdout } = await run(process.execPath, [...program, '--database-url', url, ...more]);
  return stdout;
}

describeWithServers('a gateway that was moved to from LiteLLM', () => {
  let litellm: LiteLlmDatabase;
  let gateway: Gateway<'standalone'> | undefined;
  const data = mkdtempSync(join(tmpdir(), 'tollgate-moved-'));

  beforeAll(async () => {
    buildOnce();
    litellm = await LiteLlmDatabase.start();
    await litellm.insert('LiteLLM_TeamTable', {
      team_id: 'red',
      team_alias: 'Red',
      blocked: false,
      spend: 2,
    });
    const keys = [
      {
        token: sha256(OPEN),
        key_alias: 'open',
        team_id: 'red',
        max_budget: 100,
        spend: 1.5,
        rpm_limit: 1_000,
      },
      { token: sha256(SPENT), key_alias: 'spent', max_budget: 2, budget_duration: '1mo', spend: 2.25 },
      { token: sha256(BLOCKED), key_alias: 'blocked', blocked: true },
      { token: sha256(EXPIRED), key_alias: 'expired', expires: '2024-05-06T07:08:09' },
    ];
    await litellm.insert('LiteLLM_VerificationToken', ...keys);
    await litellm.insert('LiteLLM_SpendLogs', {
      ...{ request_id: 'chatcmpl-1', api_key: sha256(OPEN), spend: 0.5, team_id: 'red', model: 'gpt-4o' },
      ...{ startTime: '2026-01-02T03:04:05', endTime: '2026-01-02T03:04:06', prompt_tokens: 9 },
    });
  }, 120_000);
  afterAll(async () => {
    await gateway?.stop();
    await litellm.stop();
    rmSync(data, { recursive: true });
  });

  const ask = (path: string, key: string, body?: object): Promise<Response> =>
    fetch(`${gateway?.url ?? ''}${path}`, {
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
    });
  const chat = (key: string): Promise<Response> =>
    ask('/v1/chat/completions', key, { model: 'demo', messages: [{ role: 'user', content: 'Hello!' }] });

  it('takes what there is, twice, and reports it', async () => {
    const report = await importInto(data, litellm.url);
    expect(report).toMatch(/^keys +4 +0 +0$/m);
    expect(report).toMatch(/^calls +1 +0 +0$/m);
    expect(await importInto(data, litellm.url)).toMatch(/^keys +0 +4 +0$/m);
  }, 120_000);

  it('knows keys and what they spent, and holds them to it', async () => {
    gateway = await startGateway({ mode: 'embedded', config: CONFIG, env: { TOLLGATE_DATA: data } });
    const { info } = (await (await ask('/key/info', OPEN)).json()) as { info: object };
    expect(info).toMatchObject({ key_alias: 'open', spend: 1.5, max_budget: 100, team_id: 'red' });
    expect((await chat(OPEN)).status).toBe(200);
    const refusal = await (await chat(SPENT)).text();
    expect(refusal).toContain('Budget has been exceeded');
    expect([await chat(BLOCKED), await chat(EXPIRED)].map(({ status }) => status)).toEqual([401, 401]);
  }, 120_000);

  it('shows the calls that were made before', async () => {
    const key = gateway?.masterKey ?? '';
    const rows = (await (await ask('/spend/logs?request_id=chatcmpl-1', key)).json()) as object[];
    expect(rows).toMatchObject([{ api_key: sha256(OPEN), spend: 0.5, model: 'gpt-4o', prompt_tokens: 9 }]);
    const team = (await (await ask('/team/info?team_id=red', key)).json()) as { team_info: object };
    expect(team.team_info).toMatchObject({
      team_alias: 'Red',
      // And a call since.
      spend: expect.closeTo(2, 3) as number,
    });
  });
});
