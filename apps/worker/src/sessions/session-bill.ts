import type { AttemptHeader, Usage } from '@tollgate/contracts';
import { RealtimeMeter } from '@tollgate/dialects';
import type { Progress } from '@tollgate/providers';
import { UsageRecord, type Bill, type Ending } from '../usage-record.js';
import type { Work } from '../work.js';

/** Of which a count is always known. */
type Counted = Progress & { readonly usage: Usage };

/** The usage events of a session: its own, and one of the model that makes transcripts of what the caller says, where one does. */
export class SessionBill {
  private readonly meter = new RealtimeMeter();
  private readonly record: UsageRecord;
  private transcripts: UsageRecord | undefined;

  constructor(private readonly work: Work) {
    const { bus, header, target } = work;
    this.record = new UsageRecord(bus, header, target.deployment, target.connection.apiBase);
  }

  /** Nothing of what was used is uncounted. */
  get isCounted(): boolean {
    return this.meter.finished;
  }

  /** What all of it costs so far; 0 where no price is known. */
  get usedNanos(): number {
    const { progress, transcribed } = this;
    const ofTranscripts = this.transcripts?.costOf(transcribed.usage, transcribed) ?? 0;
    return (this.record.costOf(progress.usage, progress) ?? 0) + ofTranscripts;
  }

  opened(): void {
    this.record.firstTokenAt = Date.now();
  }

  /** The session was never open. */
  discard(): void {
    this.record.discard();
  }

  /** Reads a message of the provider; true when it changed what was used. */
  see(message: Uint8Array): boolean {
    const before = this.meter.transcripts.rawUsage;
    if (!this.meter.see(message)) return false;
    this.record.progressed(this.progress);
    // What is counted is on the bill before the caller hears of it: a response may have cost more than many answers.
    if (this.meter.finished) this.record.updateDraft();
    if (this.meter.transcripts.rawUsage === before) return true;
    this.transcripts ??= this.recordOfTranscripts();
    this.transcripts.progressed(this.transcribed);
    this.transcripts.updateDraft();
    return true;
  }

  /** Of the session itself. Never rejects. */
  async commit(ending: Omit<Ending, 'progress'>): Promise<Bill> {
    await this.transcripts?.commit({ ...ending, progress: this.transcribed });
    return this.record.commit({ ...ending, progress: this.progress });
  }

  private get progress(): Counted {
    const { usage, rawUsage, serviceTier, responseId, characters, finished } = this.meter;
    return { usage, rawUsage, serviceTier, responseId, characters, finished };
  }

  private get transcribed(): Counted {
    const { usage, rawUsage } = this.meter.transcripts;
    return { ...this.progress, usage, rawUsage, finished: true };
  }

  /** By the list's prices: those of the deployment are its own model's. */
  private recordOfTranscripts(): UsageRecord {
    const { bus, target } = this.work;
    const { adjustments } = target.deployment.prices;
    const prices = adjustments === undefined ? {} : { adjustments };
    const deployment = { ...target.deployment, baseModel: null, prices };
    return new UsageRecord(bus, this.headerOfTranscripts(), deployment, target.connection.apiBase);
  }

  private headerOfTranscripts(): AttemptHeader {
    const { header } = this.work;
    const upstreamModel = this.meter.transcriptModel ?? header.upstreamModel;
    return { ...header, attemptId: `${header.attemptId}:transcripts`, upstreamModel };
  }
}
