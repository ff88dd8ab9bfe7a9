import type { Dialect } from '@tollgate/contracts';
import type { Prefill } from '@tollgate/dialects';
import type { Endpoint, PathQuery } from '../endpoint.js';
import type { Provider, Settings } from '../provider.js';

/** What tells one OpenAI-compatible provider from another. */
export interface OpenAiCompatibleRow {
  readonly name: string;
  readonly label?: string;
  /** Ends where `/chat/completions` begins. */
  readonly baseUrl: string | null;
  readonly keyVariables?: readonly string[];
  readonly baseVariables?: readonly string[];
  /** Default: true when there is a base URL. */
  readonly needsKey?: boolean;
  /** Lower case: holds the key in place of a bearer token. */
  readonly keyHeader?: string;
  readonly vendorHeaders?: string;
  readonly acceptsMetadata?: boolean;
  readonly asksStreamUsage?: boolean;
  readonly modelName?: (model: string) => string;
  /** Of chat, where it is not simply below the base. */
  readonly path?: Endpoint['path'];
  /** Beside chat. Default: embeddings. Legacy completions are made of chat where they are not named. */
  readonly also?: readonly OpenAiDialect[];
  /** Endpoints that are not OpenAI's. */
  readonly own?: readonly Endpoint[];
  readonly prefill?: Prefill;
}

/** Where OpenAI has its endpoints, below the base URL. */
const PATHS = {
  'openai-responses': '/responses',
  'openai-completions': '/completions',
  'openai-embeddings': '/embeddings',
  'openai-moderations': '/moderations',
  'openai-images': '/images/generations',
  'openai-image-edits': '/images/edits',
  'openai-image-variations': '/images/variations',
  'openai-speech': '/audio/speech',
  'openai-transcriptions': '/audio/transcriptions',
  'openai-translations': '/audio/translations',
  'cohere-rerank': '/rerank',
} as const satisfies Partial<Record<Dialect, string>>;

/** A dialect of OpenAI's other endpoints. Rerank is not one, but those who serve it beside chat do it in Cohere's words. */
export type OpenAiDialect = keyof typeof PATHS;

export const EVERY_OPENAI_DIALECT: readonly OpenAiDialect[] = (Object.keys(PATHS) as OpenAiDialect[]).filter(
  (dialect) => dialect !== 'cohere-rerank',
);

const CHAT_PATH = '/chat/completions';

/** The base may already be the whole endpoint: people paste both. */
export const chatPath = ({ basePath }: Pick<PathQuery, 'basePath'>): string =>
  basePath.endsWith(CHAT_PATH) ? basePath : basePath + CHAT_PATH;

/** OpenAI's endpoints below a base that may have been pasted with the chat endpoint's path. */
export const openAiEndpoints = (
  dialects: readonly OpenAiDialect[],
  path: (query: PathQuery, suffix: string) => string = ({ basePath }, suffix) => basePath + suffix,
): Endpoint[] =>
  dialects.map((dialect) => ({
    dialect,
    path: (query) => path({ ...query, basePath: withoutChatPath(query.basePath) }, PATHS[dialect]),
  }));

/** An endpoint that is not OpenAI's, below a base that may have been pasted with the chat endpoint's path. */
export const below = (dialect: Dialect, suffix: string): Endpoint => ({
  dialect,
  path: ({ basePath }) => withoutChatPath(basePath) + suffix,
});

/** Where sessions are opened. It is for providers to name it: hardly any has one. */
export const realtimeEndpoint: Endpoint = {
  dialect: 'openai-realtime',
  path: ({ basePath, model }) => `${withoutChatPath(basePath)}/realtime?model=${encodeURIComponent(model)}`,
};

const withoutChatPath = (basePath: string): string =>
  basePath.endsWith(CHAT_PATH) ? basePath.slice(0, -CHAT_PATH.length) : basePath;

export const bearer = ({ apiKey }: Pick<Settings, 'apiKey'>): Record<string, string> =>
  apiKey === null ? {} : { authorization: `Bearer ${apiKey}` };

const keyIn =
  (header: string): Provider['headers'] =>
  ({ apiKey }) =>
    apiKey === null ? {} : { [header]: apiKey };

const capitalized = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

/** A provider that speaks OpenAI's chat dialect at its own address. */
export function openAiCompatible(row: OpenAiCompatibleRow): Provider {
  const { keyHeader, prefill, also = ['openai-embeddings'], own = [] } = row;
  const chat: Endpoint = { dialect: 'openai-chat', path: row.path ?? chatPath };
  const endpoints = [chat, ...openAiEndpoints(also), ...own];
  return {
    name: row.name,
    label: row.label ?? capitalized(row.name),
    variables: { apiKey: row.keyVariables ?? [], apiBase: row.baseVariables ?? [], apiVersion: [] },
    defaultBase: row.baseUrl,
    needsKey: row.needsKey ?? row.baseUrl !== null,
    endpoints: () => endpoints,
    headers: keyHeader === undefined ? bearer : keyIn(keyHeader),
    defaultHeaders: {},
    vendorHeaders: row.vendorHeaders ?? null,
    ...(row.modelName === undefined ? {} : { modelName: row.modelName }),
    acceptsMetadata: row.acceptsMetadata ?? false,
    asksStreamUsage: row.asksStreamUsage ?? true,
    outputCapField: 'max_tokens',
    ...(prefill === undefined ? {} : { prefill: () => prefill }),
  };
}

/** A row in one line, for the many whose variables are called after them: `NOVITA_API_KEY`, `NOVITA_API_BASE`. */
export function namedRow(
  name: string,
  baseUrl: string | null,
  more: Omit<OpenAiCompatibleRow, 'name' | 'baseUrl'> = {},
): Provider {
  const stem = name.toUpperCase().replaceAll('-', '_');
  const variables = { keyVariables: [`${stem}_API_KEY`], baseVariables: [`${stem}_API_BASE`] };
  return openAiCompatible({ name, baseUrl, ...variables, ...more });
}

/** Chat below a base that is often given without its path. */
export const chatBelow =
  (usual: string): Endpoint['path'] =>
  ({ basePath }) =>
    chatPath({ basePath: basePath === '' ? usual : basePath });
