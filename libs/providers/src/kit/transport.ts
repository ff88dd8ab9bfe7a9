import { Pool, type Dispatcher } from 'undici';

export interface TransportOptions {
  /** Sockets per origin. */
  readonly connections?: number;
  /** How long an idle socket is kept when the provider does not say. */
  readonly keepAliveMs?: number;
  /** By provider name: what stands in for the network (the built-in fault lab, tests). */
  readonly dispatchers?: ReadonlyMap<string, Dispatcher>;
}

/** Calls that one provider's address may serve at once; more wait for a socket. A stream holds one as long as it lasts. */
const CONNECTIONS = 4_096;
const KEEP_ALIVE_MS = 30_000;
/** Upper bound; each attempt's own connect clock is usually shorter. */
const CONNECT_MS = 60_000;
/** A socket that nobody reads on holds one read: the rest gathers in the kernel, where it costs nothing. */
const SHALLOW = { highWaterMark: 1 };

/** HTTP/1.1 keep-alive pools, one per origin. Clocks are the exchange's, so undici's own are off. */
export class Transport {
  private readonly pools = new Map<string, Pool>();

  constructor(private readonly options: TransportOptions = {}) {}

  dispatcherFor(provider: string, origin: string): Dispatcher {
    return this.options.dispatchers?.get(provider) ?? this.pools.get(origin) ?? this.open(origin);
  }

  /** Cuts every connection. Call it when no exchange is running. */
  async close(): Promise<void> {
    const pools = [...this.pools.values()];
    this.pools.clear();
    await Promise.all(pools.map((pool) => pool.destroy()));
  }

  private open(origin: string): Pool {
    const pool = new Pool(origin, {
      connections: this.options.connections ?? CONNECTIONS,
      pipelining: 1,
      keepAliveTimeout: this.options.keepAliveMs ?? KEEP_ALIVE_MS,
      headersTimeout: 0,
      bodyTimeout: 0,
      maxHeaderSize: 65_536,
      connect: { timeout: CONNECT_MS, ...SHALLOW },
    });
    this.pools.set(origin, pool);
    return pool;
  }
}
