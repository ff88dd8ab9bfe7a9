import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { SemanticCacheSettings } from '@tollgate/config';
import type { CallHeader } from '@tollgate/contracts';
import { STATE, type State } from '@tollgate/state';
import { tenantOf } from '../../auth/tenant.js';
import type { Applicant } from '../../calls/call-intake.js';
import { InnerCalls } from '../../calls/inner-calls.js';
import type { Json } from '../../calls/request-rules.js';
import { cacheFailed } from '../../events.js';
import { cacheName } from '../cache-key.js';
import { agree } from './agreement.js';
import { questionOf } from './question.js';
import type { TenantIndex } from './tenant-index.js';
import { TenantIndexes } from './tenant-indexes.js';
import { vectorOf } from './vectors.js';

/** A vector that takes longer is not worth the wait. */
const TIMEOUT_MS = 5_000;

export interface Likeness {
  /** Of the answer in the cache. */
  readonly key: string;
  /** Cosine, up to 1. */
  readonly similarity: number;
}

/** A question that may have been asked before in other words. */
export interface AskedQuestion {
  /** The likest one. Null: none is like enough, or shared state is away. */
  nearest(): Promise<Likeness | null>;
  /** An answer that was found is not there any more. */
  forget(key: string): void;
  /** Its answer is in the cache under this key. */
  remember(key: string, ttlMs: number): Promise<void>;
}

export interface Asking {
  readonly header: CallHeader;
  readonly applicant: Applicant;
  readonly namespace: string;
  readonly settings: SemanticCacheSettings;
  /** Of a request: equal where the same is asked. */
  readonly hashOf: (body: Json) => string;
}

/** Compares what callers ask by vectors of a model, each tenant's questions by themselves. */
@Injectable()
export class SemanticCache {
  private readonly indexes: TenantIndexes;

  constructor(
    @Inject(STATE) state: State,
    private readonly calls: InnerCalls,
  ) {
    this.indexes = new TenantIndexes(state.cache);
  }

  /** Null where nothing is asked that could be compared, or no vector of it is to be had. */
  async ask({ header, applicant, namespace, settings, hashOf }: Asking): Promise<AskedQuestion | null> {
    const question = questionOf(applicant.asked.body);
    if (question === null) return null;
    const { text, rest } = question;
    const vector = await this.vectorFor(text, applicant, settings);
    if (vector === null) return null;
    const { model, threshold, isVerified } = settings;
    const scope = `${hashOf(rest)} ${model}`;
    const index = this.indexes.of(listOf(header, namespace));
    const accepts = (other: string): boolean => !isVerified || agree(text, other);
    return {
      nearest: () => nearest(index, { scope, vector, threshold, accepts }),
      forget: (key) => index.forget(key),
      remember: (key, ttlMs) => index.add({ key, scope, text, vector }, ttlMs),
    };
  }

  private async vectorFor(
    input: string,
    { caller }: Applicant,
    { model }: SemanticCacheSettings,
  ): Promise<Float32Array | null> {
    try {
      const body = { model, input, encoding_format: 'float' };
      const dialect = 'openai-embeddings';
      return vectorOf(await this.calls.ask({ caller, dialect, body, timeoutMs: TIMEOUT_MS }));
    } catch (cause) {
      cacheFailed('embed', cause);
      return null;
    }
  }
}

async function nearest(
  index: TenantIndex,
  sought: Parameters<TenantIndex['nearest']>[0],
): Promise<Likeness | null> {
  try {
    await index.refresh();
  } catch (cause) {
    // What was read before is as good as it was.
    cacheFailed('find', cause);
  }
  return index.nearest(sought);
}

/** The list of a tenant's questions, which goes with its namespace. */
function listOf({ principal }: CallHeader, namespace: string): string {
  const tenant = createHash('sha256').update(tenantOf(principal)).digest('hex');
  return cacheName(namespace, `semantic:${tenant}`);
}
