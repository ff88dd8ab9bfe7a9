import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import type { AlertNotes } from '@tollgate/app';
import { SlotSet, type SlotMember } from '@tollgate/collections';
import type { CallHeader } from '@tollgate/contracts';

const LOOK_MS = 15_000;

interface OpenCall extends SlotMember {
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

/** Calls that are under way: those that stay so for long are told of, each once. */
export class OpenCalls implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly calls = new SlotSet<OpenCall>();
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
    const call = { header, since: this.options.now(), isTold: false, slot: undefined };
    this.calls.add(call);
    return call;
  }

  ended(call: OpenCall): void {
    this.calls.delete(call);
  }

  look(): void {
    const before = this.options.now() - this.options.hangsAfterMs();
    for (const call of this.calls.values()) {
      if (call.since > before || call.isTold) continue;
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
