import { z } from 'zod';

const count = z.number().int().nonnegative();
/** Events that were written before there was such a count leave it out. */
const laterCount = count.default(0);

/** What a provider sells beside its standard service, at other prices. `fast` is Anthropic's `speed`. */
export const serviceTier = z.enum(['batch', 'flex', 'priority', 'fast']);
export type ServiceTier = z.infer<typeof serviceTier>;

/**
 * Disjoint counts: no token is in two of them. OpenAI's `prompt_tokens` is input + cacheRead + cacheWrite* + audioInput +
 * imageInput, its `completion_tokens` is output + reasoning + audioOutput + imageOutput.
 */
export const usage = z.object({
  input: count,
  cacheRead: count,
  /** Tokens written to the provider's prompt cache with a life of 5 minutes (or of unknown life). */
  cacheWrite5m: count,
  cacheWrite1h: count,
  output: count,
  reasoning: count,
  audioInput: count,
  audioOutput: count,
  imageInput: laterCount,
  imageOutput: laterCount,
  /** Web searches, billed by piece. */
  searches: count,
  /** Searches in files that the provider keeps, billed by piece. */
  fileSearches: laterCount,
  /** What is sold by the piece where no token is counted; absent: nothing was. */
  pieces: z
    .object({
      /** Images that were made. */
      images: laterCount,
      /** Characters that were read out. */
      characters: laterCount,
      /** Seconds of sound that were listened to, whole or not. */
      seconds: z.number().nonnegative().default(0),
    })
    .optional(),
});
export type Usage = z.infer<typeof usage>;
export type Pieces = NonNullable<Usage['pieces']>;
/** The counts of a usage: all but what is sold by the piece. */
export type CountKind = Exclude<keyof Usage, 'pieces'>;

export const NO_USAGE: Usage = {
  input: 0,
  cacheRead: 0,
  cacheWrite5m: 0,
  cacheWrite1h: 0,
  output: 0,
  reasoning: 0,
  audioInput: 0,
  audioOutput: 0,
  imageInput: 0,
  imageOutput: 0,
  searches: 0,
  fileSearches: 0,
};

export const promptTokens = (counts: Usage): number =>
  counts.input +
  counts.cacheRead +
  counts.cacheWrite5m +
  counts.cacheWrite1h +
  counts.audioInput +
  counts.imageInput;

export const completionTokens = (counts: Usage): number =>
  counts.output + counts.reasoning + counts.audioOutput + counts.imageOutput;
