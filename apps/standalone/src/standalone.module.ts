import { Module } from '@nestjs/common';
import { BillingModule } from '@tollgate/billing';
import { IngressModule } from '@tollgate/ingress';
import { RouterModule } from '@tollgate/router';
import { WorkerModule } from '@tollgate/worker';
import { DemoModule } from './demo.module.js';

/** The four services in one process; what differs from the distributed system is the adapters alone. */
@Module({ imports: [DemoModule, IngressModule, RouterModule, WorkerModule, BillingModule] })
export class StandaloneModule {}
