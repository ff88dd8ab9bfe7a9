import type { Dialect } from '@tollgate/contracts';
import { readNativePath } from '@tollgate/ingress';
import type { Recording } from './recordings.js';

type DialectOf = (recording: Recording) => Dialect;

/** Providers whose embeddings are not OpenAI's. */
const EMBEDDINGS: Readonly<Record<string, Dialect>> = {
  cohere: 'cohere-embed',
  ollama: 'ollama-embed',
  perplexity: 'perplexity-embed',
  voyage: 'voyage-embed',
};

/** The dialect of each recorded API; `native`: the provider's own API, which is passed on unread. */
const DIALECTS: Readonly<Record<string, Dialect | DialectOf>> = {
  'chat.completions': 'openai-chat',
  // NOTE Mistral's agents and its filling in the middle, which end alike.
  completions: ({ url }) => (/\/(?:agents|fim)\/completions/.test(url) ? 'native' : 'openai-completions'),
  responses: ofResponses,
  messages: 'anthropic-messages',
  'gemini.generateContent': 'gemini-content',
  'gemini.streamGenerateContent': 'gemini-content',
  'bedrock.converse': 'bedrock-converse',
  'bedrock.converseStream': 'bedrock-converse',
  'bedrock.invoke': ofInvoked,
  'bedrock.invokeStream': ofInvoked,
  'cohere.chat': ofCohere,
  'ollama.chat': 'ollama-chat',
  'ollama.generate': 'ollama-generate',
  embeddings: ofVectors,
  'vertex.predict': 'vertex-predict',
  count_tokens: ofCounts,
  // NOTE Bedrock's reranking without a model of its own in the path is an API of its own.
  rerank: ({ provider }) =>
    provider === 'bedrock' ? 'native' : provider === 'voyage' ? 'voyage-rerank' : 'cohere-rerank',
  moderations: ({ provider }) => (provider === 'mistral' ? 'mistral-moderations' : 'openai-moderations'),
  images: ({ url }) => (url.includes('/edits') ? 'openai-image-edits' : 'openai-images'),
  'audio.speech': 'openai-speech',
  'audio.transcriptions': 'openai-transcriptions',
  'audio.translations': 'openai-translations',
  'gemini.interactions': 'native',
  batches: 'native',
  files: 'native',
  generate: 'native',
  models: 'native',
  skills: 'native',
};

/** Providers whose whole API has a door, so that what is new there is passed on. */
const OPEN: ReadonlySet<string> = new Set([
  'anthropic',
  'azure-openai',
  'bedrock',
  'cohere',
  'gemini',
  'mistral',
  'openai',
  'vertex',
]);

/** Throws for an API that is not known: such a recording fails. */
export function dialectOf(recording: Recording): Dialect {
  const dialect = findDialect(recording);
  if (dialect === null) throw new Error(`no dialect is known for ${recording.api} of ${recording.provider}`);
  return dialect;
}

/** null: the API is not known. */
export function findDialect(recording: Recording): Dialect | null {
  const { api, provider } = recording;
  const found = DIALECTS[api] ?? (OPEN.has(provider) ? 'native' : null);
  if (found === null) return null;
  return typeof found === 'string' ? found : found(recording);
}

/** NOTE compactions are at a path below; the chats of one model are recorded as responses. */
function ofResponses({ url, response }: Recording): Dialect {
  if (url.includes('/compact')) return 'native';
  return /"object": ?"chat\.completion/.test(response.toString()) ? 'openai-chat' : 'openai-responses';
}

/** NOTE Writer's chat is OpenAI's, at a path like Cohere's; streams of Cohere's first version are lines of JSON of another form. */
function ofCohere({ provider, response }: Recording): Dialect {
  if (provider !== 'cohere') return 'native';
  return response.toString().startsWith('{"is_finished"') ? 'native' : 'cohere-chat';
}

/** By the end of Google's paths; bare answers have no path, and are Vertex's. */
function ofVectors({ provider, url }: Recording): Dialect {
  if (provider !== 'gemini' && provider !== 'vertex') return EMBEDDINGS[provider] ?? 'openai-embeddings';
  if (url.includes(':batchEmbedContents')) return 'gemini-batch-embed';
  return url.includes(':embedContent') ? 'gemini-embed' : 'vertex-predict';
}

function ofCounts({ provider, url }: Recording): Dialect {
  if (provider === 'bedrock') return 'bedrock-count-tokens';
  if (!url.includes(':countTokens')) return 'anthropic-count-tokens';
  return url.includes('aiplatform') ? 'vertex-count-tokens' : 'gemini-count-tokens';
}

/** What a model is invoked with on Bedrock is its vendor's own, some of which the gateway reads for the bill. */
function ofInvoked({ method, url }: Recording): Dialect {
  return readNativePath(method, pathOf(url)).dialect;
}

/** The path of a URL, without what is behind it. */
export const pathOf = (url: string): string => url.replace(/^[^/]*\/\/[^/]*/, '').replace(/[?#].*/, '');
