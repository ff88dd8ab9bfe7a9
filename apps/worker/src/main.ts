import '@tollgate/app/heap';
import { bootstrap } from '@tollgate/app';

await bootstrap({
  name: 'worker',
  load: async () => (await import('./worker.module.js')).WorkerModule,
});
