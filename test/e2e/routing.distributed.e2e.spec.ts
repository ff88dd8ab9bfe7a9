import {
  describeWithServers,
  startDistributed,
  startFaultLab,
  type DistributedGateway,
  type FaultLab,
} from '@tollgate/testing';
import { MASTER_KEY } from './_seed.js';
import { startSilentPeer, type SilentPeer } from './_silent-peer.js';
import { describeReplicas, replicasConfig } from './routing-replicas.suite.js';
import { describeRouting, routingConfig } from './routing.suite.js';

describeWithServers('routing of the distributed gateway, with three routers', () => {
  let lab: FaultLab;
  let peer: SilentPeer;
  let gateway: DistributedGateway;

  beforeAll(async () => {
    [lab, peer] = await Promise.all([startFaultLab(), startSilentPeer()]);
    gateway = await startDistributed({
      config: routingConfig({ lab, silent: peer.url }, replicasConfig),
      env: { LITELLM_MASTER_KEY: MASTER_KEY },
      replicas: { router: 3 },
    });
  }, 180_000);

  afterAll(async () => {
    await gateway.stop();
    await Promise.all([lab.close(), peer.close()]);
  });

  const subject = () => ({
    url: gateway.url,
    lab,
    configFile: gateway.configFile!,
    restartRouters: async () => {
      // One after the other, as a rollout has it.
      for (const router of gateway.replicas.router) await router.restart();
    },
  });

  describeRouting(subject);
  describeReplicas(subject, () => gateway);
});
