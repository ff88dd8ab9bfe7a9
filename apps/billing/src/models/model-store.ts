import { Inject, Injectable } from '@nestjs/common';
import {
  GatewayError,
  type Actor,
  type ModelPatch,
  type NewModel,
  type StoredModel,
} from '@tollgate/contracts';
import { toSafeInteger, violatedConstraint, type Database } from '@tollgate/database';
import { MoreThan, type DataSource, type EntityManager } from 'typeorm';
import { nameOf } from '../audit/actor-name.js';
import { appendAudit, type AuditedChange } from '../audit/audit-log.js';
import { StoredModel as ModelRow } from '../entities/stored-model.entity.js';
import { DATABASE } from '../tokens.js';

/** What a change left behind, and the version of all models from then on. */
export interface Changed<Value> {
  readonly value: Value;
  readonly version: number;
}

export interface ModelPage {
  readonly models: StoredModel[];
  readonly version: number;
  readonly next: string | null;
}

type Fields = Readonly<Record<string, unknown>>;

/** A page's JSON, at most: half of what a message may hold. One model is always in it. */
const PAGE_CHARACTERS = 256 * 1024;
const PAGE_ROWS = 500;

/** The models that were added through the API. Each change is one transaction and one version. */
@Injectable()
export class ModelStore {
  private readonly dataSource: DataSource;

  constructor(@Inject(DATABASE) database: Database) {
    this.dataSource = database.dataSource;
  }

  /** Throws `invalid_request` when the id is taken. */
  create({ actor, ...wanted }: NewModel, now: number): Promise<Changed<StoredModel>> {
    return this.dataSource.transaction(async (manager) => {
      const version = await nextVersion(manager);
      const by = nameOf(actor);
      const model = { ...wanted, createdBy: by, updatedBy: by, createdAt: now, updatedAt: now };
      try {
        await manager.insert(ModelRow, {
          ...model,
          params: model.params as object,
          info: model.info as object,
        });
      } catch (error) {
        throw modelExists(model.id, error) ?? error;
      }
      await audit(manager, actor, { action: 'created', before: null, after: model });
      return { value: model, version };
    });
  }

  /** null: there is no such model. */
  update({ id, name, params, info, actor }: ModelPatch, now: number): Promise<Changed<StoredModel> | null> {
    return this.dataSource.transaction(async (manager) => {
      // The version's row is locked first by every change, so nobody else changes the model meanwhile.
      const version = await nextVersion(manager);
      const known = await manager.findOneBy(ModelRow, { id });
      if (known === null) return null;
      const value: StoredModel = {
        id,
        name: name ?? known.name,
        params: patched(known.params, params),
        info: patched(known.info, info),
        createdBy: known.createdBy,
        updatedBy: nameOf(actor),
        createdAt: known.createdAt,
        updatedAt: now,
      };
      await manager.save(ModelRow, value);
      await audit(manager, actor, { action: 'updated', before: known, after: value });
      return { value, version };
    });
  }

  /** `value`: whether there was one. */
  delete(id: string, actor: Actor): Promise<Changed<boolean>> {
    return this.dataSource.transaction(async (manager) => {
      const version = await nextVersion(manager);
      const known = await manager.findOneBy(ModelRow, { id });
      if (known === null) return { value: false, version };
      await manager.delete(ModelRow, { id });
      await audit(manager, actor, { action: 'deleted', before: known, after: null });
      return { value: true, version };
    });
  }

  /** Models by id, after the given one, with the version that they are of. */
  list(after: string | null): Promise<ModelPage> {
    return this.dataSource.transaction('REPEATABLE READ', async (manager) => {
      const version = await versionBy(manager, 'select version from stored_model_version');
      const rows = await manager.find(ModelRow, {
        where: after === null ? {} : { id: MoreThan(after) },
        order: { id: 'ASC' },
        take: PAGE_ROWS,
      });
      const models = fitting(rows);
      const isLast = models.length === rows.length && rows.length < PAGE_ROWS;
      return { models, version, next: isLast ? null : (models.at(-1)?.id ?? null) };
    });
  }
}

/** Credentials are sealed, and their names are known: neither comes into the log. */
const audit = (
  manager: EntityManager,
  actor: Actor,
  change: Pick<AuditedChange, 'action'> &
    ({ before: null; after: StoredModel } | { before: StoredModel; after: StoredModel | null }),
): Promise<unknown> =>
  appendAudit(manager, actor, [{ ...change, object: 'model', objectId: (change.before ?? change.after).id }]);

/** Every change comes by here first, so changes follow one another. */
const nextVersion = (manager: EntityManager): Promise<number> =>
  versionBy(
    manager,
    `with changed as (update stored_model_version set version = version + 1 returning version)
     select version from changed`,
  );

async function versionBy(manager: EntityManager, query: string): Promise<number> {
  const rows: { version: string }[] = await manager.query(query);
  return toSafeInteger(rows[0]?.version ?? 0);
}

function patched(known: Fields, patch: Fields = {}): Record<string, unknown> {
  const entries = Object.entries({ ...known, ...patch });
  return Object.fromEntries(entries.filter(([name]) => patch[name] !== null));
}

/** The first ones that go into a page together. */
function fitting(rows: readonly StoredModel[]): StoredModel[] {
  let characters = 0;
  const beyond = rows.findIndex((row, index) => {
    characters += JSON.stringify(row).length;
    return index > 0 && characters > PAGE_CHARACTERS;
  });
  return rows.slice(0, beyond < 0 ? rows.length : beyond);
}

function modelExists(id: string, error: unknown): GatewayError | undefined {
  if (violatedConstraint(error) !== 'stored_model_pkey') return undefined;
  return new GatewayError('invalid_request', `There is a model with the id '${id}' already.`, {
    param: 'model_info.id',
    cause: error,
  });
}
