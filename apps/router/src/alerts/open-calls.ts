import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import type { AlertNotes } from '@tollgate/app';
import type { CallHeader } from '@tollgate/contracts';

const LOOK_MS = 15_000;

interface OpenCall {
  readonly header: CallHeader;
  readonly since: number;
  isTold: boolean;
}

interface OpenCallsOptions {
  readonly notes: AlertNotes;
  readonly now: () => number;
  /** From here on an open call hangs. */
  readonly hangsAfterMs: () => number;
}

/** Calls that are under way, the oldest first: those that stay so for long are told of, each once. */
export class OpenCalls implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly calls = new Set<OpenCall>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly options: OpenCallsOptions) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => this.look(), LOOK_MS).unref();
  }

  beforeApplicationShutdown(): void {
    clearInterval(this.timer);
    this.options.notes.flush();
  }

  /** To be ended by `ended`. */
  began(header: CallHeader): OpenCall {
    const call = { header, since: this.options.now(), isTold: false };
    this.calls.add(call);
    return call;
  }

  ended(call: OpenCall): void {
    this.calls.delete(call);
  }

  /** Looks at no more calls than hang. */
  look(): void {
    const before = this.options.now() - this.options.hangsAfterMs();
    for (const call of this.calls) {
      if (call.since > before) return;
      if (call.isTold) continue;
      call.isTold = true;
      const { model, id } = call.header;
      const seconds = Math.round((this.options.now() - call.since) / 1_000);
      this.options.notes.note({
        type: 'llm_requests_hanging',
        key: model,
        text: `${model} without an end after ${seconds} s (call ${id})`,
        details: { model, callId: id },
      });
    }
  }
}
