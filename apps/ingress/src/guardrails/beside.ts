import { toGatewayError, type GatewayError } from '@tollgate/contracts';
import { NOTHING, type AnswerStage } from '../calls/answer-stages.js';

/** A check that runs while the call does: nothing of the answer goes on before it is over, and its refusal ends the call. */
export class BesideCheck implements AnswerStage {
  refusal: GatewayError | null = null;
  private readonly over: Promise<void>;
  private isOver = false;

  constructor(check: Promise<unknown>) {
    this.over = check.then(
      () => {
        this.isOver = true;
      },
      (cause: unknown) => {
        this.refusal = toGatewayError(cause);
      },
    );
  }

  whenRefused(listener: () => void): void {
    void this.over.then(() => {
      if (this.refusal !== null) listener();
    });
  }

  see(data: Uint8Array): Uint8Array | Promise<Uint8Array> {
    return this.isOver ? data : this.awaited(data);
  }

  end(): Uint8Array | Promise<Uint8Array> {
    return this.isOver ? NOTHING : this.awaited(NOTHING);
  }

  private async awaited(data: Uint8Array): Promise<Uint8Array> {
    await this.over;
    if (this.refusal !== null) throw this.refusal;
    return data;
  }
}
