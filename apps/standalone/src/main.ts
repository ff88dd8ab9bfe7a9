import { bootstrap } from '@tollgate/app';
import { StandaloneModule } from './standalone.module.js';
import { welcome } from './welcome.js';

const app = await bootstrap({
  name: 'standalone',
  module: StandaloneModule,
  services: ['ingress', 'router', 'worker', 'billing'],
  defaultPort: 4000,
});
process.stdout.write(welcome(app, { isTerminal: process.stdout.isTTY }));
