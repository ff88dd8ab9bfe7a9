import type { TextCache } from '@tollgate/state';
import { textOfVector, vectorOfText, cosine } from './vectors.js';

/** A question that was answered. */
export interface AnsweredQuestion {
  /** Of the answer in the cache. */
  readonly key: string;
  /** What must be the same besides: the hash of all that is no question. */
  readonly scope: string;
  readonly text: string;
  readonly vector: Float32Array;
  /** When the answer goes (epoch ms). */
  readonly until: number;
}

/** What is asked, and when another question is as good. */
export interface Sought {
  readonly scope: string;
  readonly vector: Float32Array;
  readonly threshold: number;
  readonly accepts: (text: string) => boolean;
}

/** Questions of one tenant that are compared; older ones go. */
export const MOST_QUESTIONS = 2_000;
/** Read at once: some hundreds of kilobytes. */
const PAGE = 100;

/** What one tenant has asked, as far as this replica has read of it; shared state has the list. */
export class TenantIndex {
  private questions: AnsweredQuestion[] = [];
  private place = 0;
  private reading: Promise<void> | null = null;

  constructor(
    private readonly cache: TextCache,
    private readonly list: string,
  ) {}

  /** Numbers that are held. */
  get size(): number {
    return this.questions.length * (this.questions[0]?.vector.length ?? 0);
  }

  /** Reads what other replicas, and this one, have added. Rejects as shared state does. */
  refresh(): Promise<void> {
    this.reading ??= this.read().finally(() => {
      this.reading = null;
    });
    return this.reading;
  }

  async add({ vector, ...facts }: Omit<AnsweredQuestion, 'until'>, ttlMs: number): Promise<void> {
    const until = Date.now() + ttlMs;
    const text = JSON.stringify({ ...facts, until, vector: textOfVector(vector) });
    await this.cache.appendText(this.list, text, { ttlMs, most: MOST_QUESTIONS });
  }

  /** The likest question, the newest of equals. */
  nearest({
    scope,
    vector,
    threshold,
    accepts,
  }: Sought): { readonly key: string; readonly similarity: number } | null {
    let best: AnsweredQuestion | null = null;
    let similarity = threshold;
    const now = Date.now();
    for (const question of this.questions) {
      if (question.scope !== scope || question.until <= now) continue;
      const likeness = cosine(question.vector, vector);
      if (likeness < similarity || !accepts(question.text)) continue;
      best = question;
      similarity = likeness;
    }
    return best && { key: best.key, similarity };
  }

  /** The answer is not there any more. */
  forget(key: string): void {
    this.questions = this.questions.filter((question) => question.key !== key);
  }

  private async read(): Promise<void> {
    for (;;) {
      const { last, place, texts } = await this.cache.textsAfter(this.list, this.place, PAGE);
      if (last < this.place) {
        // Nobody remembered the list, and it was begun anew.
        this.place = 0;
        this.questions = [];
        continue;
      }
      this.questions.push(...texts.flatMap((text) => questionFrom(text) ?? []));
      this.questions.splice(0, this.questions.length - MOST_QUESTIONS);
      this.place = Math.max(place, last - MOST_QUESTIONS);
      if (this.place >= last) return;
    }
  }
}

/** Null for what another version has written. */
function questionFrom(text: string): AnsweredQuestion | null {
  try {
    const { vector, ...facts } = JSON.parse(text) as Omit<AnsweredQuestion, 'vector'> & { vector: string };
    return { ...facts, vector: vectorOfText(vector) };
  } catch {
    return null;
  }
}
