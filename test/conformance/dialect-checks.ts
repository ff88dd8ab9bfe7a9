import type { Dialect } from '@tollgate/contracts';
import type { Recording } from './recordings.js';
import { checkChatAnswer } from './dialects/chat-answers.js';
import { checkChatRequest, checkMessagesRequest } from './dialects/chat-requests.js';
import { checkCohereAnswer, checkCohereRequest } from './dialects/cohere.js';
import { checkCompletion, checkCompletionRequest } from './dialects/completions.js';
import { checkConverseAnswer } from './dialects/converse-answers.js';
import { checkConverseRequest } from './dialects/converse-requests.js';
import { checkCount } from './dialects/counts.js';
import { checkEmbeddings, checkEmbeddingsRequest } from './dialects/embeddings.js';
import { checkGeminiAnswer } from './dialects/gemini-answers.js';
import { checkGeminiRequest } from './dialects/gemini-requests.js';
import { checkGoogleAnswer, checkGoogleRequest } from './dialects/google-vectors.js';
import { checkMessageAnswer } from './dialects/message-answers.js';
import { checkModeration } from './dialects/moderations.js';
import { checkOllamaAnswer, checkOllamaRequest } from './dialects/ollama.js';
import { checkRerank, checkRerankRequest } from './dialects/rerank.js';
import { checkResponsesAnswer } from './dialects/responses-answers.js';
import { checkResponsesRequest } from './dialects/responses-requests.js';

/** Throws for what is wrong. A string is the reason why not all of it could be checked. */
type DialectCheck = (recording: Recording, dialect: Dialect) => unknown;

/** What is checked of a dialect beyond what is checked of all. */
interface DialectChecks {
  readonly answer: DialectCheck;
  /** There and back: the provider is asked what the caller asked. */
  readonly request?: DialectCheck;
}

const GOOGLE: DialectChecks = { answer: checkGoogleAnswer, request: checkGoogleRequest };
const EMBEDDINGS: DialectChecks = { answer: checkEmbeddings, request: checkEmbeddingsRequest };
const OLLAMA: DialectChecks = { answer: checkOllamaAnswer, request: checkOllamaRequest };
const RERANK: DialectChecks = { answer: checkRerank, request: checkRerankRequest };

/** Dialects that are read; all others are passed on. */
export const DIALECT_CHECKS: Partial<Record<Dialect, DialectChecks>> = {
  'openai-chat': { answer: checkChatAnswer, request: checkChatRequest },
  'openai-responses': { answer: checkResponsesAnswer, request: checkResponsesRequest },
  'openai-completions': { answer: checkCompletion, request: checkCompletionRequest },
  'anthropic-messages': { answer: checkMessageAnswer, request: checkMessagesRequest },
  'gemini-content': { answer: checkGeminiAnswer, request: checkGeminiRequest },
  'bedrock-converse': { answer: checkConverseAnswer, request: checkConverseRequest },
  'cohere-chat': { answer: checkCohereAnswer, request: checkCohereRequest },
  'ollama-chat': OLLAMA,
  'ollama-generate': OLLAMA,
  'openai-embeddings': EMBEDDINGS,
  'cohere-embed': EMBEDDINGS,
  'ollama-embed': EMBEDDINGS,
  'perplexity-embed': EMBEDDINGS,
  'voyage-embed': EMBEDDINGS,
  'gemini-embed': GOOGLE,
  'gemini-batch-embed': GOOGLE,
  'vertex-predict': GOOGLE,
  'gemini-count-tokens': GOOGLE,
  'vertex-count-tokens': GOOGLE,
  'anthropic-count-tokens': { answer: checkCount },
  'bedrock-count-tokens': { answer: checkCount },
  'cohere-rerank': RERANK,
  'voyage-rerank': RERANK,
  'openai-moderations': { answer: checkModeration },
  'mistral-moderations': { answer: checkModeration },
};
