export { BillingModule } from './billing.module.js';
export { openImporter, type Importer } from './imports/open-importer.js';
