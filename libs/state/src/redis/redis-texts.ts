import { listedName, type ListedTexts, type TextCache, type TextCacheFacts } from '../texts.js';
import type { TimedRedis } from './connection.js';

interface RedisTextsOptions {
  /** What its keys begin with. */
  readonly space: 'text' | 'cache';
  readonly timed: TimedRedis;
  readonly now: () => number;
  /** The full name of a key. */
  readonly key: (name: string) => string;
  readonly maxBytes: number;
}

/** Texts that replicas share. */
export class RedisTexts implements TextCache {
  private readonly prefix: string;
  private readonly keys: readonly [names: string, sizes: string];

  constructor(private readonly options: RedisTextsOptions) {
    const { key, space } = options;
    this.prefix = key(`${space}:`);
    this.keys = [key(`${space}s`), key(`${space}s:sizes`)];
  }

  async keepText(name: string, text: string, ttlMs: number): Promise<void> {
    const { timed, now, maxBytes } = this.options;
    await timed.run((redis) =>
      redis.keepText(2, ...this.keys, name, this.prefix, now(), text, ttlMs, maxBytes),
    );
  }

  findText(name: string): Promise<string | null> {
    return this.options.timed.run((redis) => redis.get(`${this.prefix}${name}`));
  }

  async dropText(name: string): Promise<boolean> {
    const dropped = await this.options.timed.run((redis) =>
      redis.dropText(2, ...this.keys, name, this.prefix),
    );
    return dropped === 1;
  }

  async flushTexts(beginning: string): Promise<number> {
    let [cursor, dropped] = ['0', 0];
    do {
      const [next, more] = await this.options.timed.run((redis) =>
        redis.flushTexts(2, ...this.keys, beginning, this.prefix, cursor),
      );
      cursor = next;
      dropped += more;
    } while (cursor !== '0');
    return dropped;
  }

  async appendText(
    list: string,
    text: string,
    { ttlMs, most }: { readonly ttlMs: number; readonly most: number },
  ): Promise<void> {
    const { timed, now, maxBytes } = this.options;
    await timed.run((redis) =>
      redis.appendText(2, ...this.keys, list, this.prefix, now(), text, ttlMs, maxBytes, most),
    );
  }

  async textsAfter(list: string, place: number, most: number): Promise<ListedTexts> {
    const last = Number((await this.findText(list)) ?? 0);
    const end = Math.max(place, Math.min(last, place + most));
    if (end === place) return { last, place, texts: [] };
    const names = Array.from({ length: end - place }, (_, at) => listedName(list, place + at + 1));
    const texts = await this.options.timed.run((redis) =>
      redis.mget(names.map((name) => `${this.prefix}${name}`)),
    );
    return { last, place: end, texts: texts.filter((text) => text !== null) };
  }

  async describeTexts(): Promise<TextCacheFacts> {
    const [names, sizes] = this.keys;
    const [texts, bytes, info] = await this.options.timed.run((redis) =>
      Promise.all([redis.zcard(names), redis.hget(sizes, ''), redis.info()]),
    );
    return { texts, bytes: Number(bytes ?? 0), server: factsOf(info) };
  }
}

/** Lines of `name:value`. */
function factsOf(info: string): Record<string, string> {
  const facts: Record<string, string> = {};
  for (const line of info.split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) facts[line.slice(0, colon)] = line.slice(colon + 1);
  }
  return facts;
}
