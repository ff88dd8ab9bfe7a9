import type { RouterReport } from '@tollgate/contracts';
import type { DeploymentStats, LatencySample } from '../routing-view.js';
import { DecayingMean } from './decaying-mean.js';

export type ReportRow = RouterReport['deployments'][number];
type ReportedSample = ReportRow['samples'][number];

const MINUTE_MS = 60_000;
const HALF_LIFE_MS = 10_000;
/** Kept of each deployment, and told to other replicas in one report. */
const MOST_SAMPLES = 16;
/** A single failure after a long silence makes an error rate of one half, not of one. */
const BENEFIT_OF_DOUBT = 1;

/** What this replica has seen since it last reported. */
interface News {
  requests: number;
  tokens: number;
  failures: number;
  samples: ReportedSample[];
}

const noNews = (): News => ({ requests: 0, tokens: 0, failures: 0, samples: [] });

/** The counts of one deployment. Everything costs the same however many calls there were; reading does not allocate. */
export class DeploymentTally implements DeploymentStats {
  requestsThisMinute = 0;
  tokensThisMinute = 0;
  /** Epoch ms of the last news of it, from wherever. */
  usedAt = 0;
  /** Calls under way from this replica, and from the others. */
  ownInFlight = 0;
  othersInFlight = 0;
  private minute = 0;
  private readonly kept: LatencySample[] = [];
  /** What was shown of them since the last change. */
  private shown: readonly LatencySample[] | undefined;
  private readonly latencies = new DecayingMean(HALF_LIFE_MS);
  private readonly faults = new DecayingMean(HALF_LIFE_MS);
  private news = noNews();

  /** `at`: the time (epoch ms) for which the numbers hold; see `refresh`. */
  constructor(
    readonly id: string,
    private at: number,
  ) {}

  /** Another list after every change. */
  get samples(): readonly LatencySample[] {
    return (this.shown ??= [...this.kept]);
  }

  get inFlight(): number {
    return this.ownInFlight + this.othersInFlight;
  }

  get latencyMs(): number | null {
    return this.latencies.mean;
  }

  get errorRate(): number {
    return this.faults.meanWith(BENEFIT_OF_DOUBT, this.at);
  }

  /** Lets the time pass that has passed: a new minute counts from 0, samples that are too old go. */
  refresh(now: number, ttlMs: number): this {
    this.at = now;
    const minute = Math.floor(now / MINUTE_MS);
    if (minute !== this.minute) {
      this.minute = minute;
      this.requestsThisMinute = this.tokensThisMinute = 0;
    }
    for (let oldest = this.kept[0]; oldest !== undefined && oldest.at + ttlMs <= now; oldest = this.kept[0])
      this.forgetOldest();
    return this;
  }

  started(tokens: number): void {
    this.ownInFlight += 1;
    this.count(1, tokens);
    this.news.requests += 1;
    this.news.tokens += tokens;
  }

  /** `tokens`: what is to be counted beyond what was counted at the start. */
  ended({
    tokens,
    isFault,
    sample,
  }: {
    tokens: number;
    isFault: boolean;
    sample: ReportedSample | null;
  }): void {
    this.ownInFlight = Math.max(0, this.ownInFlight - 1);
    this.count(0, tokens);
    this.faults.add(isFault ? 1 : 0, 1, this.at);
    this.news.tokens += tokens;
    if (isFault) this.news.failures += 1;
    if (sample === null) return;
    this.sampled(sample);
    this.news.samples.push(sample);
    if (this.news.samples.length > MOST_SAMPLES) this.news.samples.shift();
  }

  /** What another replica has seen; its calls in flight are the book's to keep. */
  apply({ requests, tokens, failures, samples }: ReportRow): void {
    this.count(requests, tokens);
    // A report tells starts, not ends; over a few reports that is the same.
    const calls = Math.max(requests, failures);
    if (calls > 0) this.faults.add(failures, calls, this.at);
    for (const sample of samples) this.sampled(sample);
  }

  /** For the other replicas; what is told is no news any more. */
  report(): ReportRow {
    const { news } = this;
    this.news = noNews();
    return { id: this.id, inFlight: this.ownInFlight, ...news };
  }

  private count(requests: number, tokens: number): void {
    this.requestsThisMinute += requests;
    this.tokensThisMinute = Math.max(0, this.tokensThisMinute + tokens);
  }

  private sampled({ latencyMs, firstTokenMs, outputTokens }: ReportedSample): void {
    this.latencies.add(firstTokenMs ?? latencyMs, 1, this.at);
    if (this.kept.length === MOST_SAMPLES) this.forgetOldest();
    this.kept.push({ at: this.at, latencyMs, firstTokenMs, outputTokens });
    this.shown = undefined;
  }

  private forgetOldest(): void {
    this.kept.shift();
    this.shown = undefined;
  }
}
