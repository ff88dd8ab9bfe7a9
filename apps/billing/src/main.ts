import '@tollgate/app/heap';
import { bootstrap } from '@tollgate/app';

await bootstrap({
  name: 'billing',
  load: async () => (await import('./billing.module.js')).BillingModule,
});
