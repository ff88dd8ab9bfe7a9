import { Inject, Injectable } from '@nestjs/common';
import { GatewayError, type KeyRecord } from '@tollgate/contracts';
import { violatedConstraint, type Database } from '@tollgate/database';
import { In, type Repository } from 'typeorm';
import { VirtualKey } from '../entities/virtual-key.entity.js';
import { DATABASE } from '../tokens.js';

/** Virtual keys in the database. */
@Injectable()
export class KeyStore {
  private readonly keys: Repository<VirtualKey>;

  constructor(@Inject(DATABASE) database: Database) {
    this.keys = database.dataSource.getRepository(VirtualKey);
  }

  /** Throws `invalid_request` naming the param when the alias or the hash is taken. */
  async create(record: KeyRecord): Promise<void> {
    try {
      const { metadata, settings, routing = null } = record;
      const stored = { ...record, metadata: metadata as object, settings: settings as object, routing };
      await this.keys.insert({ ...stored, spendNanos: 0 });
    } catch (error) {
      throw keyExists(record, error) ?? error;
    }
  }

  find(hash: string): Promise<VirtualKey | null> {
    return this.keys.findOneBy({ hash });
  }

  /** Returns the hashes of the keys that there were. */
  async delete(hashes: readonly string[], aliases: readonly string[]): Promise<string[]> {
    const result = await this.keys
      .createQueryBuilder()
      .delete()
      .where([{ hash: In(hashes) }, { alias: In(aliases) }])
      .returning('hash')
      .execute();
    return hashesOf(result.raw);
  }

  /** Deletes the keys that expired before a time (epoch milliseconds) and returns their hashes. */
  async deleteExpired(before: number): Promise<string[]> {
    const result = await this.keys
      .createQueryBuilder()
      .delete()
      .where('expires_at < :before', { before })
      .returning('hash')
      .execute();
    return hashesOf(result.raw);
  }
}

const hashesOf = (rows: unknown): string[] => (rows as { hash: string }[]).map(({ hash }) => hash);

/** LiteLLM's texts, where it has one. */
function keyExists(record: KeyRecord, error: unknown): GatewayError | undefined {
  const constraint = violatedConstraint(error);
  if (constraint === 'virtual_key_alias_unique')
    return new GatewayError(
      'invalid_request',
      `Key with alias '${record.alias}' already exists. Unique key aliases across all keys are required.`,
      { param: 'key_alias', cause: error },
    );
  if (constraint === 'virtual_key_pkey')
    return new GatewayError('invalid_request', 'Key already exists.', { param: 'key', cause: error });
  return undefined;
}
