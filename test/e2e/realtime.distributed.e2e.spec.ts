import {
  describeWithServers,
  startDistributed,
  startRealtimeLab,
  type DistributedGateway,
  type RealtimeLab,
} from '@tollgate/testing';
import { WebSocket } from 'ws';
import { describeRealtime, realtimeConfig } from './realtime.suite.js';

describeWithServers('realtime sessions, distributed over two workers', () => {
  let lab: RealtimeLab;
  let gateway: DistributedGateway;

  beforeAll(async () => {
    lab = await startRealtimeLab();
    gateway = await startDistributed({
      config: realtimeConfig(lab.url),
      replicas: { worker: 2 },
      env: { DRAIN_SECONDS: '2' },
    });
  }, 120_000);

  afterAll(async () => {
    await gateway.stop();
    await lab.close();
  }, 60_000);

  const { open, newKey, rowsOf } = describeRealtime(() => ({ lab, url: gateway.url }));

  it('a worker that is killed: its sessions end with an error and are billed, those of others go on', async () => {
    const key = await newKey({});
    const clients: Awaited<ReturnType<typeof open>>[] = [];
    // One after the other: those of a moment go to one worker together.
    for (let count = 0; count < 12; count += 1) {
      const client = await open('voice', key);
      clients.push(client);
      client.say({ type: 'response.create' });
      await client.until('response.done');
    }
    const [first] = gateway.replicas.worker;
    await first!.kill();
    for (const client of clients) client.say({ type: 'response.create' });
    const fates = await Promise.all(
      clients.map((client) =>
        client.until('response.done', 2).then(
          () => 'alive',
          async () => (await client.closed).code,
        ),
      ),
    );
    expect(new Set(fates)).toEqual(new Set([1011, 'alive']));
    for (const [index, client] of clients.entries()) {
      if (fates[index] === 'alive') {
        expect(client.socket.readyState).toBe(WebSocket.OPEN);
        client.socket.close();
      } else expect(client.events.at(-1)).toMatchObject({ type: 'error', error: { code: 'service_lost' } });
    }
    await first!.start();
    const rows = await rowsOf(key, clients.length);
    const statuses = rows.map(({ metadata }) => metadata.tollgate_status);
    expect(statuses.toSorted()).toEqual(
      fates.map((fate) => (fate === 'alive' ? 'complete' : 'unknown')).toSorted(),
    );
    // What was counted before the kill is in the ledger, and what came after it too.
    const alive = fates.filter((fate) => fate === 'alive').length;
    const tokens = rows.reduce((sum, row) => sum + row.completion_tokens, 0);
    expect(tokens).toBe((clients.length + alive) * 20);
  }, 120_000);

  it('a router that is killed: the sessions that it began go on', async () => {
    const client = await open('voice');
    await client.until('session.created');
    const { router } = gateway.processes;
    await router.kill();
    client.say({ type: 'response.create' });
    await client.until('response.done');
    await router.start();
    client.say({ type: 'response.create' });
    await client.until('response.done', 2);
    client.socket.close();
    expect(await client.closed).toMatchObject({ code: 1005 });
  }, 120_000);
});
