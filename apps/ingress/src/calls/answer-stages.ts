import { toGatewayError, type GatewayError, type ResponseEnd, type ResponseHead } from '@tollgate/contracts';

/**
 * A station of an answer on its way to its client. It may hold back, change or refuse: what it throws is the client's error, with
 * its own status as long as nothing is written, else the end of the stream.
 */
export interface AnswerStage {
  /** Once: the head of the first attempt that answers. */
  begin?(head: ResponseHead): void;
  /** What goes on now that this piece is there; empty: nothing yet. The next piece comes when it is known. */
  see(data: Uint8Array): Uint8Array | Promise<Uint8Array>;
  /** The answer is whole: what was held back. */
  end(end: ResponseEnd): Uint8Array | Promise<Uint8Array>;
}

export const NOTHING: Uint8Array = new Uint8Array();

/** The stages of an answer, one behind the other. */
export class AnswerStages {
  /** Why the answer goes no further. */
  refusal: GatewayError | null = null;

  constructor(private readonly stages: readonly AnswerStage[]) {}

  begin(head: ResponseHead): void {
    for (const stage of this.stages) stage.begin?.(head);
  }

  /** What the client gets of a piece. */
  see(data: Uint8Array): Promise<Uint8Array> {
    return this.unlessRefused(async () => {
      let passed = data;
      for (const stage of this.stages) {
        if (passed.byteLength === 0) break;
        passed = await stage.see(passed);
      }
      return passed;
    });
  }

  /** What the client gets of all that was held back: each stage sees what the one before it lets go. */
  end(end: ResponseEnd): Promise<Uint8Array> {
    return this.unlessRefused(async () => {
      let passed: Uint8Array = NOTHING;
      for (const stage of this.stages) {
        const seen = passed.byteLength === 0 ? passed : await stage.see(passed);
        const rest = await stage.end(end);
        passed = seen.byteLength === 0 ? rest : Buffer.concat([seen, rest]);
      }
      return passed;
    });
  }

  private async unlessRefused(passed: () => Promise<Uint8Array>): Promise<Uint8Array> {
    try {
      return await passed();
    } catch (cause) {
      this.refusal = toGatewayError(cause);
      throw this.refusal;
    }
  }
}
