import type { Server } from 'node:http';

/** After the drain time clients have so long to take what they were told last; whoever does not take it is cut off. */
const FAREWELL_MS = 2_000;

interface Closable {
  close(): Promise<void>;
  getHttpServer(): Pick<Server, 'closeAllConnections'>;
}

/** The one drain time that all parts of a closing process share. */
export class DrainClock {
  private endsAt: number | undefined;

  constructor(private readonly drainMs: number) {}

  /** All of it until the process closes. */
  remainingMs(): number {
    return this.endsAt === undefined ? this.drainMs : Math.max(0, this.endsAt - performance.now());
  }

  /** Closes the app; its end is not left to clients that neither read nor hang up. */
  async run(app: Closable): Promise<void> {
    this.endsAt = performance.now() + this.drainMs;
    const cut = setTimeout(() => app.getHttpServer().closeAllConnections(), this.drainMs + FAREWELL_MS);
    try {
      await app.close();
    } finally {
      clearTimeout(cut);
    }
  }
}
