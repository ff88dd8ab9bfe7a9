import type { Dialect } from '@tollgate/contracts';
import { bedrockConverse } from '../converse/bedrock-converse.js';
import { bedrockCountTokens } from '../converse/count-tokens.js';
import { cohereChat } from '../cohere/cohere-chat.js';
import { cohereEmbed } from '../embeddings/cohere-embed.js';
import { jinaEmbed } from '../embeddings/jina-embed.js';
import { ollamaEmbed } from '../embeddings/ollama-embed.js';
import { openAiEmbeddings } from '../embeddings/openai-embeddings.js';
import { perplexityEmbed } from '../embeddings/perplexity-embed.js';
import { titanEmbed } from '../embeddings/titan-embed.js';
import { voyageEmbed } from '../embeddings/voyage-embed.js';
import { anthropicCountTokens, geminiCountTokens, vertexCountTokens } from '../gemini/count/count-tokens.js';
import { geminiBatchEmbed, geminiEmbed, vertexPredict } from '../gemini/embed/gemini-embed.js';
import { geminiContent } from '../gemini/gemini-content.js';
import { mistralModerations, openAiModerations } from '../moderations/moderations.js';
import { ollamaChat, ollamaGenerate } from '../ollama/ollama.js';
import { cohereRerank } from '../rerank/cohere-rerank.js';
import { jinaRerank } from '../rerank/jina-rerank.js';
import { voyageRerank } from '../rerank/voyage-rerank.js';
import { anthropicMessages } from './anthropic-messages.js';
import type { Codec } from './codec.js';
import { openAiChat } from './openai-chat.js';
import { openAiCompletions } from './openai-completions.js';
import { openAiResponses } from './openai-responses.js';

const CODECS: readonly Codec[] = [
  openAiChat,
  openAiResponses,
  openAiCompletions,
  anthropicMessages,
  geminiContent,
  bedrockConverse,
  cohereChat,
  ollamaChat,
  ollamaGenerate,
  openAiEmbeddings,
  cohereEmbed,
  ollamaEmbed,
  voyageEmbed,
  jinaEmbed,
  perplexityEmbed,
  titanEmbed,
  geminiEmbed,
  geminiBatchEmbed,
  vertexPredict,
  cohereRerank,
  jinaRerank,
  voyageRerank,
  openAiModerations,
  mistralModerations,
  anthropicCountTokens,
  geminiCountTokens,
  vertexCountTokens,
  bedrockCountTokens,
];

const byDialect: ReadonlyMap<Dialect, Codec> = new Map(CODECS.map((codec) => [codec.dialect, codec]));

/** Undefined: the dialect is passed on as it is, to providers that speak it. */
export const codecOf = (dialect: Dialect): Codec | undefined => byDialect.get(dialect);
