export { startNats, startPostgres, startRedis, type TestServer } from './servers/start-server.js';
export { describeWithServers, requireServers, type ServerSupport } from './servers/require-servers.js';
export { freePort } from './servers/ports.js';
export { resultOf, startMcpServer, type McpExchange, type TestMcpServer } from './servers/mcp-server.js';
export { startMailServer, type MailServer, type ReceivedMail } from './servers/mail-server.js';
export {
  startWebhookReceiver,
  type ReceivedRequest,
  type Reception,
  type WebhookReceiver,
} from './servers/webhook-receiver.js';
export { ManagedProcess, type ProcessOptions } from './servers/managed-process.js';
export {
  FaultLab,
  awsMessage,
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
export { startRealtimeLab, type RealtimeLab } from './realtime-lab/realtime-lab.js';
export { GatewayProcess, rssOf } from './gateway/gateway-process.js';
export {
  startDistributed,
  startGateway,
  type DistributedGateway,
  type DistributedOptions,
  type EmbeddedOptions,
  type Gateway,
  type GatewayOptions,
} from './gateway/start-gateway.js';
export { ROOT, buildOnce } from './gateway/build.js';
export { VirtualTime } from './virtual-time.js';
export { seeded } from './seeded.js';
