import { Controller, HttpCode, Post, Req } from '@nestjs/common';
import { toGatewayError } from '@tollgate/contracts';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { own } from '../admin/fields/field-use.js';
import { parse } from '../admin/fields/read-record.js';
import { authorityOf, type Authority } from '../auth/authority.js';
import { hashOfKey } from '../auth/key-digests.js';
import { Access } from '../http/access.decorator.js';
import { readJsonObject } from '../http/json-body.js';
import { KeyDesk } from './key-desk.js';
import { readKeyChange } from './key-request.js';
import { KeyRows } from './key-rows.js';

/** As in LiteLLM. */
const MAX_KEYS = 500;

const bulk = z.object({
  keys: z
    .array(z.looseObject({ key: z.string().min(1) }))
    .min(1, 'is empty')
    .max(MAX_KEYS, `has more than ${MAX_KEYS} entries`),
});

/** Many keys at once: each succeeds or fails by itself. */
@Controller('key')
export class KeyBulkController {
  constructor(
    private readonly desk: KeyDesk,
    private readonly rows: KeyRows,
  ) {}

  @Access('manage')
  @Post('bulk_update')
  @HttpCode(200)
  async update(@Req() request: FastifyRequest): Promise<object> {
    const by = authorityOf(request);
    const { keys } = parse(bulk, readJsonObject(request.body));
    const successful: object[] = [];
    const failed: object[] = [];
    for (const wanted of keys) {
      // A hash stands for the key: it was shown once, when it was made.
      const key = hashOfKey(wanted.key);
      try {
        successful.push({ key, key_info: await this.change(by, wanted) });
      } catch (cause) {
        failed.push({ key, key_info: null, failed_reason: toGatewayError(cause).message });
      }
    }
    return { total_requested: keys.length, successful_updates: successful, failed_updates: failed };
  }

  private async change(by: Authority, body: { readonly key: string }): Promise<object> {
    const claim = await this.desk.claim(by, body.key, '/key/update');
    const fields = { key: own(z.string()) };
    const { patch } = readKeyChange({ ...body }, claim.found.key, { fields, now: Date.now() });
    const [row] = await this.rows.of([await this.desk.change(by, claim, patch, '/key/update')]);
    return row ?? {};
  }
}
