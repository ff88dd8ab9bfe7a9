import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  describeWithServers,
  startDistributed,
  startFaultLab,
  startGateway,
  type DistributedGateway,
  type FaultLab,
  type Gateway,
  type GatewayProcess,
} from '@tollgate/testing';
import pg from 'pg';
import { MASTER_KEY, SEED_VARIABLES, eventually, json, seedConfig } from './_seed.js';

/** What a change may take until every replica knows of it. */
const SOON_MS = 1_000;
const SECRET = 'sk-stored-provider-key-0123456789';
const ADMIN = { ...json, authorization: `Bearer ${MASTER_KEY}` };

interface Subject {
  readonly lab: FaultLab;
  /** Of every ingress. */
  readonly urls: readonly string[];
  readonly configFile: string;
  readonly processes: readonly GatewayProcess[];
}

/** A model that is added while the gateway runs, whichever way; `subject` starts the system once. */
function describeModels(subject: () => Subject): void {
  const answers: string[] = [];

  const call = async (url: string, model: string): Promise<number> => {
    const messages = [{ role: 'user', content: 'Hello' }];
    const body = JSON.stringify({ model, messages });
    const response = await fetch(`${url}/v1/chat/completions`, { method: 'POST', headers: ADMIN, body });
    await response.text();
    return response.status;
  };

  /** Resolves when every ingress has answered so within a second; several times, for any router may have been asked. */
  const everywhere = async (model: string, status: number): Promise<void> => {
    const since = Date.now();
    for (const url of subject().urls) {
      await eventually(
        () => Promise.all(Array.from({ length: 8 }, () => call(url, model))),
        (statuses) => statuses.every((one) => one === status),
        Math.max(0, since + SOON_MS - Date.now()),
      );
    }
  };

  const admin = async (path: string, body: object, method = 'POST'): Promise<Record<string, unknown>> => {
    const [url] = subject().urls;
    const response = await fetch(`${url!}${path}`, { method, headers: ADMIN, body: JSON.stringify(body) });
    const text = await response.text();
    answers.push(text);
    expect([response.status, text]).toEqual([200, text]);
    return JSON.parse(text) as Record<string, unknown>;
  };

  const get = async (url: string, path: string): Promise<string> => {
    const text = await (await fetch(`${url}${path}`, { headers: ADMIN })).text();
    answers.push(text);
    return text;
  };

  const add = (id: string, params: object): Promise<unknown> =>
    admin('/model/new', {
      model_name: id,
      litellm_params: { api_base: `${subject().lab.url}/v1`, api_key: SECRET, ...params },
      model_info: { id },
    });

  const metric = async ({ url }: GatewayProcess, line: string): Promise<number> => {
    const text = await (await fetch(`${url}/metrics`)).text();
    return Number(
      text
        .split('\n')
        .find((one) => one.startsWith(line))
        ?.split(' ')
        .at(-1) ?? 0,
    );
  };

  it('answers on every replica within a second of being added, by a provider that was not there before', async () => {
    await add('stored-mistral', { model: 'mistral/up-1' });
    await everywhere('stored-mistral', 200);
    const seen = subject().lab.lastRequests.at(-1)!;
    expect(seen.headers['authorization']).toBe(`Bearer ${SECRET}`);
    for (const url of subject().urls)
      expect(JSON.parse(await get(url, '/model/info?litellm_model_id=stored-mistral'))).toMatchObject({
        data: [{ model_name: 'stored-mistral', model_info: { db_model: true } }],
      });
  });

  it('is changed, and goes away, on every replica within a second', async () => {
    await add('stored-changing', { model: 'openai/before' });
    await everywhere('stored-changing', 200);
    await admin('/model/stored-changing/update', { litellm_params: { model: 'openai/after' } }, 'PATCH');
    await eventually(
      async () => {
        subject().lab.reset();
        for (const url of subject().urls)
          for (let at = 0; at < 8; at += 1) await call(url, 'stored-changing');
        return subject()
          .lab.calls()
          .map(({ model }) => model);
      },
      (models) => models.length > 0 && models.every((model) => model === 'after'),
      SOON_MS * 3,
    );
    expect(subject().lab.lastRequests.at(-1)!.headers['authorization']).toBe(`Bearer ${SECRET}`);
    await admin('/model/delete', { id: 'stored-changing' });
    await everywhere('stored-changing', 400);
  });

  it('comes from the file when that is edited; a broken file changes nothing', async () => {
    const { configFile, lab, processes } = subject();
    const original = readFileSync(configFile, 'utf8');
    const withModel = original.replace(
      'model_list:',
      `model_list:\n  - model_name: edited-in\n    litellm_params: { model: groq/up-2, api_base: "${lab.url}/v1", api_key: os.environ/EDITED_KEY }`,
    );
    writeFileSync(configFile, `environment_variables: { EDITED_KEY: ${SECRET} }\n${withModel}`);
    await everywhere('edited-in', 200);
    expect(lab.lastRequests.at(-1)!.headers['authorization']).toBe(`Bearer ${SECRET}`);

    writeFileSync(configFile, original.replace('num_retries', 'num_retrys'));
    const failures = 'tollgate_config_reloads_total{result="failed"}';
    await eventually(
      () => Promise.all(processes.map((process) => metric(process, failures))),
      (counts) => counts.every((count) => count === 1),
      SOON_MS * 2,
    );
    await everywhere('edited-in', 200);
    for (const process of processes) {
      const told = process
        .logs()
        .split('\n')
        .filter((line) => line.includes('config.problem'));
      expect(told).toHaveLength(1);
      expect(told[0]).toMatch(/num_retrys .*did you mean num_retries/);
    }

    writeFileSync(configFile, original);
    await everywhere('edited-in', 400);
    await everywhere('stored-mistral', 200);
  });

  it('is there again when a process starts again', async () => {
    for (const process of subject().processes) await process.restart();
    for (const url of subject().urls) expect(await call(url, 'stored-mistral')).toBe(200);
  }, 60_000);

  it('shows its key to nobody', async () => {
    for (const url of subject().urls)
      for (const path of ['/model/info', '/v2/model/info', '/model_group/info', '/v1/models'])
        await get(url, path);
    expect(answers.length).toBeGreaterThan(5);
    for (const text of answers) expect(text).not.toMatch(new RegExp(`${SECRET}|sealed:`));
    for (const process of subject().processes) expect(process.logs()).not.toContain(SECRET);
  });
}

/** Whether any file under a folder holds a text. */
function holdsText(folder: string, text: string): boolean {
  return readdirSync(folder, { withFileTypes: true, recursive: true }).some(
    (entry) => entry.isFile() && readFileSync(join(entry.parentPath, entry.name)).includes(text),
  );
}

describe('models of the embedded gateway', () => {
  let lab: FaultLab;
  let gateway: Gateway<'standalone'>;

  beforeAll(async () => {
    lab = await startFaultLab();
    gateway = await startGateway({ mode: 'embedded', config: seedConfig(lab), env: SEED_VARIABLES });
  }, 120_000);

  afterAll(async () => {
    await gateway.stop();
    await lab.close();
  });

  describeModels(() => ({
    lab,
    urls: [gateway.url],
    configFile: gateway.configFile!,
    processes: [gateway.processes.standalone],
  }));

  it('are on the disk without their keys', async () => {
    await gateway.processes.standalone.stop();
    const folder = dirname(gateway.configFile!);
    expect(holdsText(folder, SECRET)).toBe(false);
    expect(holdsText(folder, 'stored-mistral')).toBe(true);
  });
});

describeWithServers('models of the distributed gateway', () => {
  let lab: FaultLab;
  let gateway: DistributedGateway;

  beforeAll(async () => {
    lab = await startFaultLab();
    const salted = { TOLLGATE_SALT_KEY: 'a salt key of the test' };
    gateway = await startDistributed({
      config: seedConfig(lab),
      env: SEED_VARIABLES,
      envOf: { ingress: salted, worker: salted },
      replicas: { ingress: 2, router: 2 },
    });
  }, 180_000);

  afterAll(async () => {
    await gateway.stop();
    await lab.close();
  });

  const urls = (): string[] => gateway.replicas.ingress.map(({ url }) => url);

  describeModels(() => ({
    lab,
    urls: urls(),
    configFile: gateway.configFile!,
    processes: Object.values(gateway.replicas).flat(),
  }));

  it('are in the table without their keys', async () => {
    const client = new pg.Client({ connectionString: gateway.servers.postgres.url });
    await client.connect();
    const { rows } = await client.query('select * from stored_model');
    await client.end();
    expect(rows).toMatchObject([
      { id: 'stored-mistral', params: { api_key: expect.stringMatching(/^sealed:v1:/) } },
    ]);
    expect(JSON.stringify(rows)).not.toContain(SECRET);
  });

  it('answer while billing is away, and cannot be changed then', async () => {
    await gateway.processes.billing.kill();
    const { billing } = gateway.processes;
    const headers = ADMIN;
    const body = JSON.stringify({ model_name: 'x', litellm_params: { model: 'openai/x' } });
    for (const url of urls()) {
      const chat = JSON.stringify({ model: 'stored-mistral', messages: [{ role: 'user', content: 'Hi' }] });
      expect(
        (await fetch(`${url}/v1/chat/completions`, { method: 'POST', headers, body: chat })).status,
      ).toBe(200);
      const refused = await fetch(`${url}/model/new`, { method: 'POST', headers, body });
      expect([refused.status, refused.headers.has('retry-after')]).toEqual([503, true]);
    }
    await billing.start();
  }, 60_000);
});
