import type { TextState } from '../texts.js';
import type { TimedRedis } from './connection.js';

interface RedisTextsOptions {
  /** A text is longer than a counter: it may take its time. */
  readonly patient: TimedRedis;
  readonly now: () => number;
  /** The full name of a key. */
  readonly key: (name: string) => string;
  readonly maxBytes: number;
}

/** Texts that replicas share. */
export class RedisTexts implements TextState {
  private readonly prefix: string;
  private readonly keys: readonly [names: string, sizes: string];

  constructor(private readonly options: RedisTextsOptions) {
    const { key } = options;
    this.prefix = key('text:');
    this.keys = [key('texts'), key('texts:sizes')];
  }

  async keepText(name: string, text: string, ttlMs: number): Promise<void> {
    const { patient, now, maxBytes } = this.options;
    await patient.run((redis) =>
      redis.keepText(2, ...this.keys, name, this.prefix, now(), text, ttlMs, maxBytes),
    );
  }

  findText(name: string): Promise<string | null> {
    return this.options.patient.run((redis) => redis.get(`${this.prefix}${name}`));
  }

  async dropText(name: string): Promise<boolean> {
    const { patient, now } = this.options;
    return (await patient.run((redis) => redis.dropText(2, ...this.keys, name, this.prefix, now()))) === 1;
  }
}
