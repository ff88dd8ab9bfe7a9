import { Dispatcher } from 'undici';

/** What a provider answers, whatever it is asked. */
export interface ScriptedReply {
  readonly status: number;
  readonly contentType: string;
  readonly pieces: Iterable<Buffer>;
}

/** A provider without a network: it answers at once with what `replyTo` makes of the path. */
export class ScriptedProvider extends Dispatcher {
  constructor(private readonly replyTo: (path: string) => ScriptedReply) {
    super();
  }

  override dispatch({ path }: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    const { status, contentType, pieces } = this.replyTo(path);
    const controller = new Controller();
    queueMicrotask(() => {
      handler.onRequestStart?.(controller, {});
      if (!controller.aborted)
        handler.onResponseStart?.(controller, status, { 'content-type': contentType }, '');
      for (const piece of pieces) if (!controller.aborted) handler.onResponseData?.(controller, piece);
      if (!controller.aborted) handler.onResponseEnd?.(controller, {});
    });
    return true;
  }
}

/** Of an answer that is there already: nothing to pause. */
class Controller implements Dispatcher.DispatchController {
  aborted = false;
  readonly paused = false;
  readonly reason = null;

  abort(): void {
    this.aborted = true;
  }

  pause(): void {
    // What has come has come.
  }

  resume(): void {
    // Likewise.
  }
}
