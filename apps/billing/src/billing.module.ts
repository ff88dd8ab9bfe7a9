import { Inject, Module, type OnApplicationShutdown, type Provider } from '@nestjs/common';
import { Readiness } from '@tollgate/app';
import { ENVIRONMENT, type Environment } from '@tollgate/config';
import { openDatabase, type Database } from '@tollgate/database';
import { JOBS, TableJobs, openBullMq, type Jobs } from '@tollgate/jobs';
import { ALERT_CONTROLLERS, ALERT_JOBS, ALERT_PROVIDERS } from './alerts/alert-parts.js';
import { COUNTER_CONTROLLERS, COUNTER_JOBS, COUNTER_PROVIDERS } from './counters/counter-parts.js';
import { ExpiredKeysJob } from './jobs/expired-keys.job.js';
import { JOB_SOURCES, type JobSource } from './jobs/scheduled-job.js';
import { ScheduledJobs } from './jobs/scheduled-jobs.js';
import { DIRECTORY_CONTROLLERS, DIRECTORY_PROVIDERS } from './directory/directory-parts.js';
import { ModelController } from './models/model.controller.js';
import { ModelStore } from './models/model-store.js';
import { LEDGER_CONTROLLERS, LEDGER_JOBS, LEDGER_PROVIDERS } from './ledger/ledger-parts.js';
import { BILLING_SCHEMA } from './schema.js';
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
  useFactory: ({ redisUrl }: Environment, { dataSource }: Database): Jobs | Promise<Jobs> =>
    redisUrl === null ? new TableJobs({ dataSource }) : openBullMq({ redisUrl, prefix: 'tollgate' }),
};

/** Every part that has work for jobs. */
const jobSources: Provider = {
  provide: JOB_SOURCES,
  inject: [...ALERT_JOBS, ...COUNTER_JOBS, ...LEDGER_JOBS, ExpiredKeysJob],
  useFactory: (...sources: JobSource[]) => sources,
};

/** Keys, the ledger and scheduled work. Needs `BUS`, `ENVIRONMENT` and `Readiness` from the process it runs in. */
@Module({
  controllers: [
    ...ALERT_CONTROLLERS,
    ...COUNTER_CONTROLLERS,
    ...DIRECTORY_CONTROLLERS,
    ...LEDGER_CONTROLLERS,
    ModelController,
  ],
  providers: [
    database,
    jobs,
    jobSources,
    ...ALERT_PROVIDERS,
    ExpiredKeysJob,
    ...COUNTER_PROVIDERS,
    ...LEDGER_PROVIDERS,
    ...DIRECTORY_PROVIDERS,
    ModelStore,
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
