import { bootstrap } from '@tollgate/app';
import { RouterModule } from './router.module.js';

await bootstrap({ name: 'router', module: RouterModule });
