import '@tollgate/app/heap';
import { bootstrap } from '@tollgate/app';
import { prepareEmbedded } from '@tollgate/database/embedded';
import { welcome } from './welcome.js';

const app = await bootstrap({
  name: 'standalone',
  load: async ({ databaseUrl, dataDirectory }) => {
    if (databaseUrl === null) prepareEmbedded(dataDirectory);
    const { StandaloneModule } = await import('./standalone.module.js');
    return StandaloneModule;
  },
  services: ['ingress', 'router', 'worker', 'billing'],
  defaultPort: 4000,
});
process.stdout.write(welcome(app, { isTerminal: process.stdout.isTTY }));
