import { startGateway, startRealtimeLab, type Gateway, type RealtimeLab } from '@tollgate/testing';
import { describeRealtime, realtimeConfig } from './realtime.suite.js';

describe('realtime sessions, embedded', () => {
  let lab: RealtimeLab;
  let gateway: Gateway<'standalone'>;

  beforeAll(async () => {
    lab = await startRealtimeLab();
    gateway = await startGateway({ mode: 'embedded', config: realtimeConfig(lab.url) });
  }, 120_000);

  afterAll(async () => {
    await gateway.stop();
    await lab.close();
  });

  describeRealtime(() => ({ lab, url: gateway.url }));
});
