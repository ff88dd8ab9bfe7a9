import '@tollgate/app/heap';
import { bootstrap } from '@tollgate/app';

await bootstrap({
  name: 'router',
  load: async () => (await import('./router.module.js')).RouterModule,
});
