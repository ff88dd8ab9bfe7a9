import { anthropicDialect } from './dialect-anthropic.js';
import { cohereDialect } from './dialect-cohere.js';
import { geminiDialect } from './dialect-gemini.js';
import { openAiDialect } from './dialect-openai.js';
import type { DialectWriter } from './dialect.js';
import { speech, transcriptions } from './endpoint-audio.js';
import { anthropicCounts, geminiCounts } from './endpoint-counts.js';
import { embeddings } from './endpoint-embeddings.js';
import { images } from './endpoint-images.js';
import { moderations } from './endpoint-moderations.js';
import { rerank } from './endpoint-rerank.js';
import type { PlainEndpoint } from './plain-endpoint.js';

interface Row {
  /** The end of its path. */
  readonly end: RegExp;
  readonly endpoint: PlainEndpoint;
  /** Whose errors it has. */
  readonly writer: DialectWriter;
}

const ROWS: readonly Row[] = [
  { end: /\/embeddings$/, endpoint: embeddings, writer: openAiDialect },
  { end: /\/rerank$/, endpoint: rerank, writer: cohereDialect },
  { end: /\/moderations$/, endpoint: moderations, writer: openAiDialect },
  { end: /\/images\/(?:generations|edits|variations)$/, endpoint: images, writer: openAiDialect },
  { end: /\/audio\/speech$/, endpoint: speech, writer: openAiDialect },
  { end: /\/audio\/(?:transcriptions|translations)$/, endpoint: transcriptions, writer: openAiDialect },
  { end: /\/messages\/count_tokens$/, endpoint: anthropicCounts, writer: anthropicDialect },
  { end: /:countTokens$/, endpoint: geminiCounts, writer: geminiDialect },
];

/** An endpoint that does not chat, by its path; Azure's and Gemini's have the model in it. */
export interface PlainPlace extends Omit<Row, 'end'> {
  readonly model?: string;
}

export function plainPlaceOf(path: string): PlainPlace | undefined {
  const row = ROWS.find(({ end }) => end.test(path));
  if (row === undefined) return undefined;
  const model = /\/(?:openai\/deployments|models)\/([^/:]+)[/:]/.exec(path)?.[1];
  const { endpoint, writer } = row;
  return { endpoint, writer, ...(model !== undefined && { model: decodeURIComponent(model) }) };
}
