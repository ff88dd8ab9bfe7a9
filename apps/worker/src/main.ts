import { bootstrap } from '@tollgate/app';
import { WorkerModule } from './worker.module.js';

await bootstrap({ name: 'worker', module: WorkerModule });
