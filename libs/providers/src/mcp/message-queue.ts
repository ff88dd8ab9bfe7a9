/** What one reader waits for, in the order in which it came. */
export class MessageQueue<Message> {
  private readonly waiting: Message[] = [];
  private failure: Error | undefined;
  private wake: (() => void) | undefined;

  push(message: Message): void {
    this.waiting.push(message);
    this.wake?.();
  }

  /** What came before is read first. */
  fail(error: Error): void {
    this.failure ??= error;
    this.wake?.();
  }

  /** Rejects with what it failed with. */
  async next(): Promise<Message> {
    for (;;) {
      const message = this.waiting.shift();
      if (message !== undefined) return message;
      if (this.failure !== undefined) throw this.failure;
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }
}
