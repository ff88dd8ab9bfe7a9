import type { GatewayConfig } from './gateway-config.js';

type Listener = (config: GatewayConfig) => void;

/** The config that holds now, and those who want to know when another does. */
export class LiveConfig {
  private readonly followers = new Set<{ readonly listener: Listener }>();

  constructor(private config: GatewayConfig) {}

  get current(): GatewayConfig {
    return this.config;
  }

  /**
   * Tells every follower, in the order they came. One that throws keeps no other from hearing; what was thrown then comes as
   * one `AggregateError`. The new config holds all the same.
   */
  replace(config: GatewayConfig): void {
    this.config = config;
    const errors: unknown[] = [];
    for (const follower of [...this.followers]) {
      // A follower may have replaced the config in turn, or stopped another: nobody hears of what no longer holds.
      if (this.config !== config) break;
      if (!this.followers.has(follower)) continue;
      try {
        follower.listener(config);
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw new AggregateError(errors, 'A follower refused the new config');
  }

  /** Calls the listener now and after each replacement, until what is returned is called. If it throws now, it does not follow. */
  follow(listener: Listener): () => void {
    const follower = { listener };
    const stop = () => void this.followers.delete(follower);
    this.followers.add(follower);
    try {
      listener(this.config);
    } catch (error) {
      stop();
      throw error;
    }
    return stop;
  }
}
