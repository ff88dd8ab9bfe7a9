import { describeWithServers, startDistributed } from '@tollgate/testing';
import { describeAlerts } from './alerts.suite.js';

describeWithServers('Alerts, distributed', () => {
  describeAlerts(async (options) => {
    const gateway = await startDistributed({ ...options, replicas: { router: 2, billing: 1 } });
    return { gateway, billing: gateway.processes.billing };
  });
});
