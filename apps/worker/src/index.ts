export { DISPATCHERS } from './tokens.js';
export { WorkerModule } from './worker.module.js';
