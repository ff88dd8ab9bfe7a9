import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { JOBS, type Jobs } from '@tollgate/jobs';
import { JOB_SOURCES, type JobSource } from './scheduled-job.js';

/** Runs the work of every part of billing that has some: all handlers are there before the first job runs. */
@Injectable()
export class ScheduledJobs implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(
    @Inject(JOBS) private readonly queue: Jobs,
    @Inject(JOB_SOURCES) private readonly sources: readonly JobSource[],
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const jobs = this.sources.flatMap((source) => source.jobs());
    for (const { name, run } of jobs) this.queue.handle(name, run);
    await this.queue.start();
    for (const { name, everyMs } of jobs) if (everyMs !== undefined) await this.queue.repeat(name, everyMs);
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.queue.close();
  }
}
