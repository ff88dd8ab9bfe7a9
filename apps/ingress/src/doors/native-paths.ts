import type { Dialect } from '@tollgate/contracts';

/** Where in a path a provider names the model, and what its answers look like. */
interface NativePath {
  readonly pattern: RegExp;
  readonly dialect: Dialect;
  /** The path itself says that the answer is streamed. */
  readonly stream?: boolean;
}

/** The first group is the model, where the path has it. */
const PATHS: readonly NativePath[] = [
  { pattern: /(?:\/deployments\/([^/]+))?\/chat\/completions$/, dialect: 'openai-chat' },
  { pattern: /(?:\/deployments\/([^/]+))?\/completions$/, dialect: 'openai-completions' },
  { pattern: /(?:\/deployments\/([^/]+))?\/embeddings$/, dialect: 'openai-embeddings' },
  { pattern: /\/responses$/, dialect: 'openai-responses' },
  { pattern: /\/moderations$/, dialect: 'openai-moderations' },
  { pattern: /\/messages$/, dialect: 'anthropic-messages' },
  { pattern: /\/messages\/count_tokens$/, dialect: 'anthropic-count-tokens' },
  { pattern: /\/models\/([^/]+):generateContent$/, dialect: 'gemini-content' },
  { pattern: /\/models\/([^/]+):streamGenerateContent$/, dialect: 'gemini-content', stream: true },
  { pattern: /\/models\/([^/]+):countTokens$/, dialect: 'gemini-count-tokens' },
  { pattern: /\/models\/([^/]+):embedContent$/, dialect: 'gemini-embed' },
  { pattern: /\/models\/([^/]+):batchEmbedContents$/, dialect: 'gemini-batch-embed' },
  { pattern: /\/models\/([^/]+):rawPredict$/, dialect: 'anthropic-messages' },
  { pattern: /\/models\/([^/]+):streamRawPredict$/, dialect: 'anthropic-messages', stream: true },
  { pattern: /\/model\/([^/]+)\/converse$/, dialect: 'bedrock-converse' },
  { pattern: /\/model\/([^/]+)\/converse-stream$/, dialect: 'bedrock-converse', stream: true },
  // What is invoked answers in its vendor's own words: Claude in Anthropic's, Nova in Converse's, and others are not read.
  { pattern: /\/model\/([^/]*anthropic\.[^/]+)\/invoke$/, dialect: 'anthropic-messages' },
  {
    pattern: /\/model\/([^/]*anthropic\.[^/]+)\/invoke-with-response-stream$/,
    dialect: 'anthropic-messages',
    stream: true,
  },
  { pattern: /\/model\/([^/]*amazon\.nova-[^/]+)\/invoke$/, dialect: 'bedrock-converse' },
  {
    pattern: /\/model\/([^/]*amazon\.nova-[^/]+)\/invoke-with-response-stream$/,
    dialect: 'bedrock-converse',
    stream: true,
  },
  { pattern: /\/model\/([^/]*amazon\.titan-embed-[^/]+)\/invoke$/, dialect: 'titan-embed' },
  { pattern: /\/v2\/chat$/, dialect: 'cohere-chat' },
  { pattern: /\/v2\/embed$/, dialect: 'cohere-embed' },
  { pattern: /\/rerank$/, dialect: 'cohere-rerank' },
];

export interface ReadPath {
  readonly dialect: Dialect;
  readonly model?: string;
  readonly stream: boolean;
}

/** What a path of a provider's own API tells. One that is not known is passed on unread. */
export function readNativePath(method: string, path: string): ReadPath {
  if (method === 'POST') {
    for (const { pattern, dialect, stream = false } of PATHS) {
      const match = pattern.exec(path);
      if (match === null) continue;
      const model = match[1];
      return { dialect, stream, ...(model !== undefined && { model: decoded(model) }) };
    }
  }
  return { dialect: 'native', stream: false };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
