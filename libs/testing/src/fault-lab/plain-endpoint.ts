import type { Json } from './json.js';
import type { Step } from './step.js';

/** The answer of an endpoint that does not chat. */
export interface PlainAnswer {
  /** Bytes go out as they are, everything else as JSON. */
  readonly body: unknown;
  /** JSON unless told. */
  readonly contentType?: string;
  readonly promptTokens: number;
  readonly completionTokens?: number;
}

/** An endpoint that answers in one piece, once it has read what is asked. Throws a TypeError when that makes no sense. */
export type PlainEndpoint = (asked: Json) => (step: Step, id: string) => PlainAnswer;

/** As everywhere in the lab: four characters are a token. */
export const tokensOf = (texts: readonly string[]): number =>
  Math.ceil(texts.reduce((sum, { length }) => sum + length, 0) / 4);

/** Words of a text, in small letters. */
export const wordsOf = (text: string): string[] => text.toLowerCase().match(/[a-z0-9]+/g) ?? [];
