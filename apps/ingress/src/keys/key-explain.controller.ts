import { Controller, HttpCode, Post, Req } from '@nestjs/common';
import type { KeyRecord, Limits, Membership, ScopeRecord } from '@tollgate/contracts';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Directory } from '../admin/directory.js';
import { invalidField } from '../admin/fields/field-errors.js';
import { name, names } from '../admin/fields/field-use.js';
import { parse } from '../admin/fields/read-record.js';
import { BudgetReadings } from '../admin/spend/budget-readings.js';
import { authorityOf, type Authority } from '../auth/authority.js';
import { callerOf, keyCaller } from '../auth/caller.js';
import { hashOfKey } from '../auth/key-digests.js';
import { Bindings } from '../budgets/bindings.js';
import { Access } from '../http/access.decorator.js';
import { readJsonObject } from '../http/json-body.js';
import { KeyDesk } from './key-desk.js';
import { budgetsOf, listedLimits, type BindingScope } from './key-limits-list.js';
import { checkSeesKey } from './key-rights.js';

const question = z.strictObject({
  key: z.string().min(1).nullish(),
  model: name.nullish(),
  user: name.nullish(),
  tags: names.nullish(),
});

/** Which limits bind a key, and where each stands: by the very records and counters that calls are held to. */
@Controller('key')
export class KeyExplainController {
  constructor(
    private readonly desk: KeyDesk,
    private readonly directory: Directory,
    private readonly bindings: Bindings,
    private readonly readings: BudgetReadings,
  ) {}

  /** Without a key: of the one that asks. `model`, `user` and `tags`: of calls with these. */
  @Access('info')
  @Post('explain')
  @HttpCode(200)
  async explain(@Req() request: FastifyRequest): Promise<object> {
    const asked = parse(question, readJsonObject(request.body));
    if (!asked.key && callerOf(request).key === null)
      throw invalidField('key', 'is required: no limits bind the master key');
    const key = await this.visible(authorityOf(request), asked.key ?? null);
    const caller = keyCaller(key);
    const tags = [...new Set([...caller.tags, ...(asked.tags ?? [])])];
    const call = { principal: caller.principal, endUser: asked.user ?? null, tags };
    const scopes = await this.withOwn(await this.bindings.of(caller, call), key);
    const model = asked.model ?? undefined;
    const readings = await this.readings.of(budgetsOf(scopes, model));
    return {
      key: key.hash,
      key_name: key.name,
      key_alias: key.alias,
      model: asked.model ?? null,
      on_budget_exceeded: key.policy.overBudget?.action ?? null,
      blocked_by: scopes
        .filter(({ record }) => record.blocked)
        .map(({ record }) => `${record.kind}:${record.id}`),
      limits: listedLimits(scopes, model, readings, Date.now()),
    };
  }

  private async visible(by: Authority, asked: string | null): Promise<KeyRecord> {
    const { key } = await this.desk.find(asked === null ? by.actor.keyHash : hashOfKey(asked));
    checkSeesKey(by, key, by.seesAll ? undefined : await this.directory.find('team', key.teamId));
    return key;
  }

  private withOwn(records: readonly ScopeRecord[], key: KeyRecord): Promise<BindingScope[]> {
    return Promise.all(
      records.map(async (record): Promise<BindingScope> => {
        const own = await this.ownLimits(record, key);
        const inherited = record.kind === 'member' ? 'team' : own === undefined ? 'config' : 'tier';
        return { record, own, inherited };
      }),
    );
  }

  /** undefined: the limits are the config's. */
  private async ownLimits({ kind, id }: ScopeRecord, key: KeyRecord): Promise<Limits | undefined> {
    if (kind === 'gateway') return undefined;
    if (kind === 'key') return key.limits;
    if (kind !== 'member') return (await this.directory.find(kind, id))?.limits;
    return (await this.membership(key))?.limits;
  }

  private async membership({ teamId, userId }: KeyRecord): Promise<Membership | undefined> {
    if (userId === null) return undefined;
    const members = await this.directory.membershipsOf(userId);
    return members.find(
      ({ containerKind, containerId }) => containerKind === 'team' && containerId === teamId,
    );
  }
}
