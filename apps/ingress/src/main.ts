import '@tollgate/app/heap';
import { bootstrap } from '@tollgate/app';

await bootstrap({
  name: 'ingress',
  load: async () => (await import('./ingress.module.js')).IngressModule,
});
