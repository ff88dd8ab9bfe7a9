export { startNats, startPostgres, startRedis, type TestServer } from './servers/start-server.js';
export { describeWithServers, requireServers, type ServerSupport } from './servers/require-servers.js';
export { freePort } from './servers/ports.js';
export { ManagedProcess, type ProcessOptions } from './servers/managed-process.js';
export {
  FaultLab,
  createInProcessLab,
  inProcessConnector,
  startFaultLab,
  type CallRecord,
  type Connector,
  type FaultLabOptions,
  type LabStats,
  type ModelStats,
  type SeenRequest,
  type Step,
} from './fault-lab/index.js';
