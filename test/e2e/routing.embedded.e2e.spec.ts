import { startFaultLab, startGateway, type FaultLab, type Gateway } from '@tollgate/testing';
import { MASTER_KEY } from './_seed.js';
import { startSilentPeer, type SilentPeer } from './_silent-peer.js';
import { describeRouting, routingConfig } from './routing.suite.js';

describe('routing of the embedded gateway', () => {
  let lab: FaultLab;
  let peer: SilentPeer;
  let gateway: Gateway<'standalone'>;

  beforeAll(async () => {
    [lab, peer] = await Promise.all([startFaultLab(), startSilentPeer()]);
    gateway = await startGateway({
      mode: 'embedded',
      config: routingConfig({ lab, silent: peer.url }),
      env: { LITELLM_MASTER_KEY: MASTER_KEY },
    });
  }, 120_000);

  afterAll(async () => {
    await gateway.stop();
    await Promise.all([lab.close(), peer.close()]);
  });

  describeRouting(() => ({
    url: gateway.url,
    lab,
    configFile: gateway.configFile!,
    restartRouters: () => gateway.processes.standalone.restart(),
  }));
});
