/** One request as the provider saw it. Tokens are those that were written to an open connection. */
export interface CallRecord {
  /** `x-client-request-id`, or the lab's own id. */
  readonly id: string;
  readonly model: string;
  readonly status: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** `aborted`: the connection ended before the response did. */
  readonly state: 'open' | 'finished' | 'aborted';
}

/** Sums over all calls since the last reset. */
export interface LabStats extends ModelStats {
  readonly open: number;
  readonly finished: number;
  readonly byModel: Readonly<Record<string, ModelStats>>;
}

export interface ModelStats {
  readonly calls: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly aborted: number;
}

type Mutable<T> = { -readonly [Name in keyof T]: T[Name] };

/** A call in progress: what was served so far. */
export class OpenCall {
  private characters = 0;
  private begun = false;

  constructor(
    readonly record: Mutable<CallRecord>,
    private readonly sums: readonly Mutable<ModelStats>[],
  ) {}

  aborted(): void {
    for (const sum of this.sums) sum.aborted++;
  }

  /** Text that was handed to the connection; the first of it makes the prompt count too. */
  served(characters: number, promptTokens: number): void {
    if (!this.begun) {
      this.begun = true;
      this.record.promptTokens = promptTokens;
      for (const sum of this.sums) sum.promptTokens += promptTokens;
    }
    this.characters += characters;
    const tokens = Math.ceil(this.characters / 4);
    const more = tokens - this.record.completionTokens;
    this.record.completionTokens = tokens;
    for (const sum of this.sums) sum.completionTokens += more;
  }
}

/** The lab's witness of what it served: sums, and the last calls one by one. */
export class CallLog {
  private recent: CallRecord[] = [];
  private oldest = 0;
  private open = 0;
  private finished = 0;
  private total: Mutable<ModelStats> = empty();
  private models = new Map<string, Mutable<ModelStats>>();
  private generation = 0;

  constructor(private readonly limit: number) {}

  begin(id: string, model: string, status: number): OpenCall {
    const ofModel = this.models.get(model) ?? empty();
    this.models.set(model, ofModel);
    this.total.calls++;
    ofModel.calls++;
    this.open++;
    const record: Mutable<CallRecord> = {
      ...{ id, model, status, promptTokens: 0, completionTokens: 0 },
      state: 'open',
    };
    this.keep(record);
    return new OpenCall(record, [this.total, ofModel]);
  }

  /** `generation`: that of the log when the call began; after a reset old calls are forgotten. */
  end(call: OpenCall, finished: boolean, generation: number): void {
    call.record.state = finished ? 'finished' : 'aborted';
    if (generation !== this.generation) return;
    this.open--;
    if (finished) this.finished++;
    else call.aborted();
  }

  get current(): number {
    return this.generation;
  }

  stats(): LabStats {
    const { open, finished, total } = this;
    return { open, finished, ...total, byModel: Object.fromEntries(this.models) };
  }

  /** Oldest first. */
  calls(): CallRecord[] {
    return [...this.recent.slice(this.oldest), ...this.recent.slice(0, this.oldest)];
  }

  reset(): void {
    this.recent = [];
    this.oldest = this.open = this.finished = 0;
    this.total = empty();
    this.models = new Map();
    this.generation++;
  }

  private keep(record: CallRecord): void {
    if (this.recent.length < this.limit) {
      this.recent.push(record);
    } else {
      this.recent[this.oldest] = record;
      this.oldest = (this.oldest + 1) % this.limit;
    }
  }
}

const empty = (): Mutable<ModelStats> => ({
  calls: 0,
  promptTokens: 0,
  completionTokens: 0,
  aborted: 0,
});
