import type { AbortSource, GatewayError } from '@tollgate/contracts';

/** Whether a call was aborted, and who wants to know. */
export class CallAbort implements AbortSource {
  reason: GatewayError | undefined;
  private controller: AbortController | undefined;
  private listeners: (() => void)[] | undefined;

  get aborted(): boolean {
    return this.reason !== undefined;
  }

  /** Made on first use: most calls end without anybody who needs a real one. */
  get signal(): AbortSignal {
    if (this.controller === undefined) {
      this.controller = new AbortController();
      if (this.reason !== undefined) this.controller.abort(this.reason);
    }
    return this.controller.signal;
  }

  addEventListener(_type: 'abort', listener: () => void): void {
    (this.listeners ??= []).push(listener);
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    this.listeners = this.listeners?.filter((other) => other !== listener);
  }

  abort(reason: GatewayError): void {
    this.reason = reason;
    for (const listener of this.listeners ?? []) listener();
    this.controller?.abort(reason);
  }
}
