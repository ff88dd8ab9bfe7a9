import { bootstrap } from '@tollgate/app';
import { IngressModule } from './ingress.module.js';

await bootstrap({ name: 'ingress', module: IngressModule });
