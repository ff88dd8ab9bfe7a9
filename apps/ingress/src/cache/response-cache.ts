import { Inject, Injectable } from '@nestjs/common';
import { BUS, type Bus, type CallResponse } from '@tollgate/bus';
import { LiveConfig, type CacheSettings } from '@tollgate/config';
import { TASK_OF, type CallHeader } from '@tollgate/contracts';
import { STATE, type State } from '@tollgate/state';
import { routedModel } from '../auth/routed-model.js';
import type { AnswerStage } from '../calls/answer-stages.js';
import type { Applicant } from '../calls/call-intake.js';
import type { Json } from '../calls/request-rules.js';
import { cacheAsked, cacheFailed } from '../events.js';
import { billCacheHit } from './cache-bill.js';
import { readCacheControls, type CacheControls } from './cache-controls.js';
import { entryText, readEntry, type CacheEntry } from './cache-entry.js';
import { askedHash, cacheName } from './cache-key.js';
import { CacheStage } from './cache-stage.js';
import { answerFrom, framesOf, type CachedAnswer } from './cached-answer.js';
import { callTypeOf } from './call-types.js';
import { isRepeatable } from './repeatable.js';
import { SemanticCache, type AskedQuestion, type Likeness } from './semantic/semantic-cache.js';

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
    private readonly semantic: SemanticCache,
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
    const namespace = controls.namespace ?? settings.namespace;
    return this.taken({ settings, controls, header, applicant, namespace });
  }

  private async taken(asking: Asking): Promise<CacheTurn> {
    const { settings, controls, header, applicant, namespace } = asking;
    const key = cacheName(namespace, this.hashOf(header, applicant.asked.body));
    const exact = controls.reads ? await this.find(key, asking) : null;
    if (exact !== null) return this.hit(exact, { 'x-litellm-cache-key': key }, header);
    const question = await this.questionOf(asking);
    const like = controls.reads && question !== null ? await this.findLike(question, asking) : null;
    if (like !== null) return this.hit(like.found, headersOf(like), header);
    cacheAsked('miss');
    const headers = { 'x-tollgate-cache': 'miss' };
    if (!controls.keeps) return { headers, stages: [], give: null };
    const ttlMs = controls.ttlMs ?? settings.ttlMs;
    const stage = new CacheStage(header, (entry) => this.keep({ key, entry, ttlMs, question }));
    return { headers: { ...headers, 'x-litellm-cache-key': key }, stages: [stage], give: null };
  }

  private hashOf(header: CallHeader, body: Json): string {
    // Keys of one team may mean different models by one name.
    const { router } = this.config.current;
    const meant = routedModel(header.model, header.principal, router);
    // Tags choose deployments where they are told to; else they only say what a call is for.
    const tags = router.tagFiltering === 'off' ? [] : header.tags.toSorted();
    return askedHash({ ...header, tags }, body, meant);
  }

  private hit(
    { entry, answer }: FoundAnswer,
    headers: Readonly<Record<string, string>>,
    header: CallHeader,
  ): CacheTurn {
    cacheAsked('hit');
    return {
      headers: { ...headers, 'x-tollgate-cache': 'hit' },
      stages: [],
      give: () => {
        billCacheHit(this.bus, header, entry).catch((cause: unknown) => cacheFailed('bill', cause));
        return framesOf(answer, entry.from, header.id);
      },
    };
  }

  /** Null: questions are not compared, or this is none. */
  private questionOf({
    settings,
    header,
    applicant,
    namespace,
  }: Asking): Promise<AskedQuestion | null> | null {
    const { semantic } = settings;
    if (semantic === null || TASK_OF[header.dialect] !== 'chat') return null;
    const hashOf = (body: Json): string => this.hashOf(header, body);
    return this.semantic.ask({ header, applicant, namespace, settings: semantic, hashOf });
  }

  private async findLike(question: AskedQuestion, asking: Asking): Promise<LikeAnswer | null> {
    const like = await question.nearest();
    const found = like && (await this.find(like.key, asking));
    if (like !== null && found === null) question.forget(like.key);
    return like && found && { ...like, found };
  }

  /** An answer that this call can be given. */
  private async find(key: string, { controls, header, applicant }: Asking): Promise<FoundAnswer | null> {
    try {
      const text = await this.state.cache.findText(key);
      const entry = text === null ? null : readEntry(text);
      if (entry === null || Date.now() - entry.at > (controls.maxAgeMs ?? Infinity)) return null;
      const answer = answerFrom(entry, header, applicant.asked.body);
      return answer && { entry, answer };
    } catch (cause) {
      cacheFailed('find', cause);
      return null;
    }
  }

  private async keep({ key, entry, ttlMs, question }: Keeping): Promise<void> {
    const text = entryText(entry);
    if (text === null) return;
    try {
      await this.state.cache.keepText(key, text, ttlMs);
      await question?.remember(key, ttlMs);
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
  readonly namespace: string;
}

interface FoundAnswer {
  readonly entry: CacheEntry;
  readonly answer: CachedAnswer;
}

/** To what was asked in other words. */
interface LikeAnswer extends Likeness {
  readonly found: FoundAnswer;
}

interface Keeping {
  readonly key: string;
  readonly entry: CacheEntry;
  readonly ttlMs: number;
  readonly question: AskedQuestion | null;
}

const headersOf = ({ key, similarity }: Likeness): Record<string, string> => ({
  'x-litellm-cache-key': key,
  'x-litellm-semantic-similarity': similarity.toFixed(4),
});
