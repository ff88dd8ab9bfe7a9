import type { Prefill } from '@tollgate/dialects';
import type { PathQuery, Provider, Settings } from '../provider.js';

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
  readonly vendorHeaders?: string;
  readonly acceptsMetadata?: boolean;
  readonly asksStreamUsage?: boolean;
  readonly modelName?: (model: string) => string;
  readonly path?: Provider['path'];
  readonly prefill?: Prefill;
}

const CHAT_PATH = '/chat/completions';

/** The base may already be the whole endpoint: people paste both. */
export const chatPath = ({ basePath }: Pick<PathQuery, 'basePath'>): string =>
  basePath.endsWith(CHAT_PATH) ? basePath : basePath + CHAT_PATH;

export const bearer = ({ apiKey }: Pick<Settings, 'apiKey'>): Record<string, string> =>
  apiKey === null ? {} : { authorization: `Bearer ${apiKey}` };

const capitalized = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

/** A provider that speaks OpenAI's chat dialect at its own address. */
export function openAiCompatible(row: OpenAiCompatibleRow): Provider {
  const { prefill } = row;
  return {
    name: row.name,
    label: row.label ?? capitalized(row.name),
    dialect: 'openai-chat',
    variables: { apiKey: row.keyVariables ?? [], apiBase: row.baseVariables ?? [], apiVersion: [] },
    defaultBase: row.baseUrl,
    needsKey: row.needsKey ?? row.baseUrl !== null,
    path: row.path ?? chatPath,
    headers: bearer,
    defaultHeaders: {},
    vendorHeaders: row.vendorHeaders ?? null,
    ...(row.modelName === undefined ? {} : { modelName: row.modelName }),
    acceptsMetadata: row.acceptsMetadata ?? false,
    asksStreamUsage: row.asksStreamUsage ?? true,
    outputCapField: 'max_tokens',
    ...(prefill === undefined ? {} : { prefill: () => prefill }),
  };
}
