import { Inject, Injectable } from '@nestjs/common';
import { BUS, type Bus, type CallResponse } from '@tollgate/bus';
import { LiveConfig, type CacheSettings } from '@tollgate/config';
import type { CallHeader } from '@tollgate/contracts';
import { STATE, type State } from '@tollgate/state';
import type { AnswerStage } from '../calls/answer-stages.js';
import type { Applicant } from '../calls/call-intake.js';
import { cacheAsked, cacheFailed } from '../events.js';
import { billCacheHit } from './cache-bill.js';
import { readCacheControls, type CacheControls } from './cache-controls.js';
import { entryText, readEntry, type CacheEntry } from './cache-entry.js';
import { cacheKey } from './cache-key.js';
import { CacheStage } from './cache-stage.js';
import { answerFrom, framesOf, type CachedAnswer } from './cached-answer.js';
import { callTypeOf } from './call-types.js';
import { isRepeatable } from './repeatable.js';

/** What the cache has to do with a call. */
export interface CacheTurn {
  /** For the answer. */
  readonly headers: Readonly<Record<string, string>>;
  /** See an answer that comes from a provider. */
  readonly stages: readonly AnswerStage[];
  /** Gives the answer, and tells the ledger; null: a provider is to be asked. */
  readonly give: (() => CallResponse) | null;
}

/** Answers that were given before. Whatever is wrong with it, a call goes on without. */
@Injectable()
export class ResponseCache {
  constructor(
    @Inject(STATE) private readonly state: State,
    @Inject(BUS) private readonly bus: Bus,
    private readonly config: LiveConfig,
  ) {}

  /** Null, and at once, where the call has nothing to do with the cache. Throws `invalid_request` naming a control. */
  turnOf(header: CallHeader, applicant: Applicant): Promise<CacheTurn> | null {
    const settings = this.config.current.general.cache;
    if (settings === null) return null;
    const { headers, asked } = applicant;
    const type = callTypeOf(header.dialect);
    if (type === undefined || !settings.callTypes.has(type)) return null;
    const controls = readCacheControls(headers, asked.body, settings);
    if (controls === null || !isRepeatable(asked, controls.isWanted)) return null;
    return this.taken({ settings, controls, header, applicant });
  }

  private async taken(asking: Asking): Promise<CacheTurn> {
    const { settings, controls, header, applicant } = asking;
    const { body } = applicant.asked;
    const key = cacheKey(header, body, controls.namespace ?? settings.namespace);
    const known = controls.reads ? await this.find(key, controls) : null;
    const answer = known && answerFrom(known, header, body);
    cacheAsked(answer === null ? 'miss' : 'hit');
    const headers = { 'x-litellm-cache-key': encodeURI(key) };
    if (known !== null && answer !== null) {
      return {
        headers: { ...headers, 'x-tollgate-cache': 'hit' },
        stages: [],
        give: () => this.given(known, answer, header),
      };
    }
    const ttlMs = controls.ttlMs ?? settings.ttlMs;
    const stage = new CacheStage(header, (entry) => this.keep(key, entry, ttlMs));
    return {
      headers: controls.keeps ? { ...headers, 'x-tollgate-cache': 'miss' } : { 'x-tollgate-cache': 'miss' },
      stages: controls.keeps ? [stage] : [],
      give: null,
    };
  }

  private given(entry: CacheEntry, answer: CachedAnswer, header: CallHeader): CallResponse {
    billCacheHit(this.bus, header, entry).catch((cause: unknown) => cacheFailed('bill', cause));
    return framesOf(answer, entry.from, header.id);
  }

  private async find(key: string, { maxAgeMs }: CacheControls): Promise<CacheEntry | null> {
    try {
      const text = await this.state.cache.findText(key);
      const entry = text === null ? null : readEntry(text);
      return entry !== null && Date.now() - entry.at <= (maxAgeMs ?? Infinity) ? entry : null;
    } catch (cause) {
      cacheFailed('find', cause);
      return null;
    }
  }

  private async keep(key: string, entry: CacheEntry, ttlMs: number): Promise<void> {
    const text = entryText(entry);
    if (text === null) return;
    try {
      await this.state.cache.keepText(key, text, ttlMs);
    } catch (cause) {
      cacheFailed('keep', cause);
    }
  }
}

interface Asking {
  readonly settings: CacheSettings;
  readonly controls: CacheControls;
  readonly header: CallHeader;
  readonly applicant: Applicant;
}
