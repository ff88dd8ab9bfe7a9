import { bootstrap } from '@tollgate/app';
import { BillingModule } from './billing.module.js';

await bootstrap({ name: 'billing', module: BillingModule });
