import type { Bus, DurableDraft } from '@tollgate/bus';
import type { Deployment } from '@tollgate/config';
import {
  NO_USAGE,
  TASK_OF,
  completionTokens,
  usageRecorded,
  type AttemptHeader,
  type CostParts,
  type ErrorCode,
  type ServiceTier,
  type Task,
  type Usage,
} from '@tollgate/contracts';
import { costParts, priceUsage, type PriceQuery } from '@tollgate/pricing';
import type { Progress } from '@tollgate/providers';
import { draftBeat, type Drafted } from './draft-beat.js';
import { usageNotRecorded, usagePriced } from './events.js';
import { eventOf, knownUsage, nothingYet, type KnownUsage, type UsageState } from './usage-event.js';

/** Of text that no provider has counted. */
export const CHARACTERS_PER_TOKEN = 4;

/** What an attempt used, and what that costs (null: no price is known). */
export interface Bill {
  readonly usage: Usage;
  readonly costNanos: number | null;
  /** null: no discount and no margin applies. */
  readonly costParts: CostParts | null;
}

/** How an attempt ended, as far as the bill is concerned. */
export interface Ending {
  readonly status: 'complete' | 'partial' | 'failed';
  readonly progress: Progress;
  readonly errorCode: ErrorCode | null;
}

/**
 * The usage event of one attempt: drafted before the request goes out, so that a worker which dies leaves its last state to
 * the ledger; ended exactly once, by `commit` or `discard`.
 */
export class UsageRecord implements Drafted {
  firstTokenAt: number | null = null;
  private readonly draft: DurableDraft<UsageState>;
  private readonly known: KnownUsage;
  private progress: Progress | undefined;

  constructor(
    bus: Bus,
    private readonly header: AttemptHeader,
    private readonly deployment: Deployment,
    apiBase: string | null,
  ) {
    this.known = knownUsage(header, deployment, apiBase);
    this.draft = bus.draft(usageRecorded, this.known, nothingYet(this.known));
  }

  /** The stream has come so far, and goes on: the draft follows within some hundredths of a second. */
  progressed(progress: Progress): void {
    const isFirst = this.progress === undefined;
    this.progress = progress;
    if (isFirst) this.updateDraft();
    else draftBeat.changedFor(this);
  }

  updateDraft(): void {
    const { firstTokenAt, progress } = this;
    if (progress === undefined) return;
    const usage = this.estimate(progress);
    // Should the worker die now, this is what the ledger gets.
    const costNanos = this.costOf(usage, progress);
    this.draft.update({ usage, costNanos, responseId: progress.responseId, firstTokenAt });
  }

  /** The provider was never reached. */
  discard(): void {
    draftBeat.dropped(this);
    this.draft.discard();
  }

  /** Resolves when the event is safe in the outbox. Never rejects: the answer is worth more to the caller than our books. */
  commit({ status, progress, errorCode }: Ending): Promise<Bill> {
    draftBeat.dropped(this);
    const measured = progress.usage !== null && progress.finished && status !== 'failed';
    const usage = status === 'failed' ? NO_USAGE : this.estimate(progress);
    const costNanos = this.price(usage, status === 'failed' ? REFUSED : progress);
    const state: UsageState = {
      status,
      measured,
      usage,
      serviceTier: progress.serviceTier,
      costNanos,
      responseId: progress.responseId,
      rawUsage: progress.rawUsage,
      firstTokenAt: this.firstTokenAt,
      endedAt: Date.now(),
      errorCode,
    };
    const bill: Bill = { usage, costNanos, costParts: this.partsOf(usage, progress.serviceTier) };
    const event = eventOf(this.known, state);
    return this.draft.commit(state, event).then(
      () => bill,
      (cause: unknown) => {
        usageNotRecorded(event, cause);
        return bill;
      },
    );
  }

  /** The provider's counts where it told them; output by length of what came while it did not tell the end. */
  private estimate({ usage, characters, finished }: Progress): Usage {
    if (this.isFree) return NO_USAGE;
    if (usage !== null && finished) return usage;
    const known = usage ?? { ...NO_USAGE, input: this.header.call.inputTokens };
    const missing = Math.ceil(characters / CHARACTERS_PER_TOKEN) - completionTokens(known);
    return missing > 0 ? { ...known, output: known.output + missing } : known;
  }

  /** Providers count tokens for nothing, and of what nobody reads no price is known but that of a request. */
  private get isFree(): boolean {
    return FREE.has(TASK_OF[this.header.call.dialect]);
  }

  private price(usage: Usage, progress: Told): number | null {
    const costNanos = this.costOf(usage, progress);
    const { provider } = this.deployment;
    usagePriced({ provider, model: this.header.upstreamModel, usage, costNanos });
    return costNanos;
  }

  /** In nano-dollars; null: no price is known. */
  costOf(usage: Usage, progress: Told): number | null {
    if (!this.isFree) return priceUsage(usage, this.priceQuery(progress.serviceTier));
    const isServed = this.header.call.dialect === 'native' && progress.usage === null;
    return isServed ? (this.deployment.prices.request ?? 0) : 0;
  }

  private partsOf(usage: Usage, tier: ServiceTier | null): CostParts | null {
    return this.isFree ? null : costParts(usage, this.priceQuery(tier));
  }

  private priceQuery(tier: ServiceTier | null): PriceQuery {
    const { provider, model: own, baseModel, prices } = this.deployment;
    const { upstreamModel: model, call } = this.header;
    const at = this.known.startedAt;
    // A provider's own API may be asked for a model that is not the deployment's: its prices are not of that.
    if (call.native !== undefined && model !== own && !own.includes('*'))
      return { provider, model, baseModel: null, overrides: adjustmentsOf(prices), at, tier };
    return { provider, model, baseModel, overrides: prices, at, tier };
  }
}

const FREE: ReadonlySet<Task> = new Set(['token-count', 'native']);

type Told = Pick<Progress, 'usage' | 'serviceTier'>;

/** As answers that are errors tell of themselves (`NativeAttempt`): nothing was used. */
const REFUSED: Told = { usage: NO_USAGE, serviceTier: null };

const adjustmentsOf = ({ adjustments }: Deployment['prices']): Deployment['prices'] =>
  adjustments === undefined ? {} : { adjustments };
