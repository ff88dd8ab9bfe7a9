import { Inject, Module, type OnApplicationShutdown, type Provider } from '@nestjs/common';
import { Readiness } from '@tollgate/app';
import { ENVIRONMENT, type Environment } from '@tollgate/config';
import { openDatabase, type Database } from '@tollgate/database';
import { BullMqJobs, JOBS, TableJobs, type Jobs } from '@tollgate/jobs';
import { ALERT_CONTROLLERS, ALERT_JOBS, ALERT_PROVIDERS } from './alerts/alert-parts.js';
import { ExpiredKeysJob } from './jobs/expired-keys.job.js';
import { JOB_SOURCES, type JobSource } from './jobs/scheduled-job.js';
import { DIRECTORY_CONTROLLERS, DIRECTORY_PROVIDERS } from './directory/directory-parts.js';
import { ScheduledJobs } from './jobs/scheduled-jobs.js';
import { KeyController } from './keys/key.controller.js';
import { KeyStore } from './keys/key-store.js';
import { ModelController } from './models/model.controller.js';
import { ModelStore } from './models/model-store.js';
import { Ledger } from './ledger/ledger.js';
import { UsageController } from './ledger/usage.controller.js';
import { BILLING_SCHEMA } from './schema.js';
import { ModelUsageController } from './spend/model-usage.controller.js';
import { ModelUsageStore } from './spend/model-usage-store.js';
import { SpendController } from './spend/spend.controller.js';
import { SpendStore } from './spend/spend-store.js';
import { SpendSums } from './spend/spend-sums.js';
import { DATABASE } from './tokens.js';

const database: Provider = {
  provide: DATABASE,
  inject: [ENVIRONMENT],
  useFactory: ({ databaseUrl, dataDirectory }: Environment): Promise<Database> =>
    openDatabase(databaseUrl === null ? { dataDirectory } : { url: databaseUrl }, BILLING_SCHEMA),
};

const jobs: Provider = {
  provide: JOBS,
  inject: [ENVIRONMENT, DATABASE],
  useFactory: ({ redisUrl }: Environment, { dataSource }: Database): Jobs =>
    redisUrl === null ? new TableJobs({ dataSource }) : new BullMqJobs({ redisUrl, prefix: 'tollgate' }),
};

/** Every part that has work for jobs. */
const jobSources: Provider = {
  provide: JOB_SOURCES,
  inject: [...ALERT_JOBS, ExpiredKeysJob],
  useFactory: (...sources: JobSource[]) => sources,
};

/** Keys, the ledger and scheduled work. Needs `BUS`, `ENVIRONMENT` and `Readiness` from the process it runs in. */
@Module({
  controllers: [
    ...ALERT_CONTROLLERS,
    UsageController,
    ...DIRECTORY_CONTROLLERS,
    ModelController,
    ModelUsageController,
    SpendController,
  ],
  providers: [
    database,
    jobs,
    jobSources,
    ...ALERT_PROVIDERS,
    ExpiredKeysJob,
    Ledger,
    ...DIRECTORY_PROVIDERS,
    ModelStore,
    ModelUsageStore,
    SpendStore,
    SpendSums,
    ScheduledJobs,
  ],
})
export class BillingModule implements OnApplicationShutdown {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    readiness: Readiness,
  ) {
    readiness.needs('database', () => database.dataSource.query('select 1'));
  }

  async onApplicationShutdown(): Promise<void> {
    await this.database.close();
  }
}
