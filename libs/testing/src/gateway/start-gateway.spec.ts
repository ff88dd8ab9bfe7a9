import { existsSync } from 'node:fs';
import { startFaultLab, type FaultLab } from '../fault-lab/index.js';
import { describeWithServers } from '../servers/require-servers.js';
import { startDistributed, startGateway } from './start-gateway.js';

let lab: FaultLab;
beforeAll(async () => {
  lab = await startFaultLab();
});
afterAll(() => lab.close());

const config = () => ({
  model_list: [
    {
      model_name: 'chat',
      litellm_params: { model: 'openai/up', api_base: `${lab.url}/v1`, api_key: 'sk-lab' },
    },
  ],
});

async function call({ url, masterKey }: { url: string; masterKey: string }): Promise<number> {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${masterKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'chat', messages: [{ role: 'user', content: 'Hi' }] }),
  });
  await response.text();
  return response.status;
}

const alive = (pid: number): boolean => existsSync(`/proc/${String(pid)}`);

describe('startGateway', () => {
  it('runs the embedded gateway, through a kill, and leaves nothing behind', async () => {
    const gateway = await startGateway({ mode: 'embedded', config: config() });
    const { standalone } = gateway.processes;
    try {
      expect(await call(gateway)).toBe(200);
      expect(standalone.rss()).toBeGreaterThan(50_000_000);
      await standalone.kill();
      await standalone.restart();
      expect(standalone.url).toBe(gateway.url);
      expect(await call(gateway)).toBe(200);
    } finally {
      await gateway.stop();
    }
    expect([standalone.pid, standalone.exitCode]).toEqual([0, 0]);
  }, 120_000);

  it('reports what a gateway wrote that cannot start', async () => {
    await expect(startGateway({ mode: 'embedded', config: 'model_list: 5' })).rejects.toThrow(/model_list/);
  });
});

describeWithServers('startDistributed', () => {
  it('runs the real processes, replicas too, and leaves nothing behind', async () => {
    const gateway = await startDistributed({ config: config(), replicas: { ingress: 2, router: 2 } });
    const processes = Object.values(gateway.replicas).flat();
    const pids = [...processes, ...Object.values(gateway.servers)].map(({ pid }) => pid);
    try {
      for (const { url } of gateway.replicas.ingress) expect(await call({ ...gateway, url })).toBe(200);
    } finally {
      await gateway.stop();
    }
    expect(pids.filter(alive)).toEqual([]);
  }, 120_000);
});
