export { awsMessage } from './aws-message.js';
export { startBenchServer, type BenchOptions, type BenchServer } from './bench-server.js';
export { FaultLab, startFaultLab, type FaultLabOptions } from './fault-lab.js';
export { createInProcessLab, inProcessConnector, type Connector } from './in-process.js';
export type { CallRecord, LabStats, ModelStats } from './call-log.js';
export type { SeenRequest } from './call-handler.js';
export type { Step } from './step.js';
