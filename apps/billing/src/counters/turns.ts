import { Inject, Injectable } from '@nestjs/common';
import { ENVIRONMENT, type Environment } from '@tollgate/config';
import type { Database } from '@tollgate/database';
import type { QueryRunner } from 'typeorm';
import { DATABASE } from '../tokens.js';

/** Any number, the same in every replica: the key of Postgres's advisory lock around counters. */
const COUNTER_LOCK = 7_243_003;

/**
 * Who writes the ledger and charges counters (`charging`), and who sets counters to what the ledger holds (`setting`), take turns, in
 * this process and over all replicas: else a row could be counted by both, or by neither. Replicas charge side by side.
 */
@Injectable()
export class Turns {
  private last: Promise<unknown> = Promise.resolve();
  private readonly isAlone: boolean;

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(ENVIRONMENT) { databaseUrl }: Pick<Environment, 'databaseUrl'>,
  ) {
    this.isAlone = databaseUrl === null;
  }

  charging<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.next(() => this.locked('_shared', work));
  }

  setting<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.next(() => this.locked('', work));
  }

  private next<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.last.then(work);
    this.last = result.catch(() => undefined);
    return result;
  }

  /** On a connection of its own, which ends with the process: so does the lock. */
  private async locked<Result>(kind: '' | '_shared', work: () => Promise<Result>): Promise<Result> {
    if (this.isAlone) return work();
    const runner = this.database.dataSource.createQueryRunner();
    try {
      await runner.query(`select pg_advisory_lock${kind}($1)`, [COUNTER_LOCK]);
      return await work();
    } finally {
      await unlock(runner, kind);
    }
  }
}

/** A connection that cannot be unlocked is of no use to anybody else; the server lets go of its locks when it ends. */
async function unlock(runner: QueryRunner, kind: '' | '_shared'): Promise<void> {
  await runner.query(`select pg_advisory_unlock${kind}($1)`, [COUNTER_LOCK]).catch(() => undefined);
  await runner.release();
}
