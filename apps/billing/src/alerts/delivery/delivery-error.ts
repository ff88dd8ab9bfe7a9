/** Why an alert did not arrive. Its message holds no address and nothing that a receiver said. */
export class DeliveryError extends Error {
  constructor(
    message: string,
    /** Whether the next alert would fare no better; false: this one was refused for itself. */
    readonly isReceiverAway: boolean,
    /** What the receiver asked to wait (ms). */
    readonly retryAfterMs: number | null = null,
  ) {
    super(message);
    this.name = 'DeliveryError';
  }
}
