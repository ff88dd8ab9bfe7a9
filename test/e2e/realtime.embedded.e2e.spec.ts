import { startGateway, startRealtimeLab, type Gateway, type RealtimeLab } from '@tollgate/testing';
import { eventually } from './_seed.js';
import { describeRealtime, realtimeConfig } from './realtime.suite.js';

describe('realtime sessions, embedded', () => {
  let lab: RealtimeLab;
  let gateway: Gateway<'standalone'>;

  beforeAll(async () => {
    lab = await startRealtimeLab();
    gateway = await startGateway({
      mode: 'embedded',
      config: realtimeConfig(lab.url),
      env: { DRAIN_SECONDS: '1' },
    });
  }, 120_000);

  afterAll(async () => {
    await gateway.stop();
    await lab.close();
  });

  const { open, newKey, rowsOf } = describeRealtime(() => ({ lab, url: gateway.url }));

  it('a gateway that shuts down: sessions may go on for the grace period, then they are told and billed', async () => {
    const key = await newKey({});
    const client = await open('voice', key);
    await client.until('session.created');
    const { standalone } = gateway.processes;
    standalone.signal('SIGTERM');
    client.say({ type: 'response.create' });
    await client.until('response.done');
    expect(await client.closed).toMatchObject({ code: 1001 });
    expect(client.events.at(-1)).toMatchObject({ type: 'error', error: { code: 'draining' } });
    await eventually(
      async () => standalone.exitCode,
      (code) => code === 0,
    );
    await standalone.start();
    const [row] = await rowsOf(key, 1);
    expect(row).toMatchObject({ completion_tokens: 20, metadata: { tollgate_status: 'partial' } });
  }, 120_000);
});
