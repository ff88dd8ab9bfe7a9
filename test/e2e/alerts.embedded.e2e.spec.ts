import { startGateway } from '@tollgate/testing';
import { describeAlerts } from './alerts.suite.js';

describe('Alerts, embedded', () => {
  describeAlerts(async (options) => {
    const gateway = await startGateway({ mode: 'embedded', ...options });
    return { gateway, billing: gateway.processes.standalone };
  });
});
