import { plainConverseRequest } from './converse-request.js';
import { plainGeminiRequest } from './gemini-request.js';
import { imagesOf } from './images.js';
import { list, record, text, type Json } from './json.js';
import { plainResponsesRequest } from './responses-request.js';

/**
 * The dialects that the lab speaks. Azure differs from OpenAI in its path and in its content filter's results, `invoke` from
 * Anthropic in the framing of its streams.
 */
export type LabDialect =
  'openai' | 'azure' | 'anthropic' | 'cohere' | 'converse' | 'gemini' | 'invoke' | 'ollama' | 'responses';

/** What a path says of the requests that come there. */
export interface LabPlace {
  readonly dialect: LabDialect;
  /** Absent: it is in the body. */
  readonly model?: string;
  /** Absent: the body says so. */
  readonly stream?: boolean;
}

export interface LabTool {
  readonly name: string;
  /** JSON schema of the arguments. */
  readonly schema: unknown;
}

/** A chat request, whatever its dialect. */
export interface LabRequest {
  readonly dialect: LabDialect;
  readonly model: string;
  readonly stream: boolean;
  readonly streamUsage: boolean;
  /** Text of the last message that is to be answered. */
  readonly lastText: string;
  /** What the answer is to go on from: an assistant's message at the end, or one that the user then asks to continue. */
  readonly beginning: string;
  readonly lastIsToolResult: boolean;
  /** Of all messages, by their names. */
  readonly images: readonly string[];
  readonly promptTokens: number;
  readonly maxTokens: number | undefined;
  readonly tools: readonly LabTool[];
  /** A tool that must be called; `any`: the first. */
  readonly forcedTool: string | undefined;
  readonly thinking: boolean;
  /** JSON is asked for: its schema, `{}` when any object will do. */
  readonly jsonSchema: unknown;
}

/** Which dialects' requests are other dialects' by other names. */
const PLAIN: Readonly<Partial<Record<LabDialect, (body: unknown) => Json>>> = {
  converse: plainConverseRequest,
  gemini: plainGeminiRequest,
  responses: plainResponsesRequest,
};

/** Undefined when it is no chat path. Any prefix will do. */
export function placeOfPath(path: string): LabPlace | undefined {
  const azure = /\/openai\/deployments\/([^/]+)\/chat\/completions$/.exec(path);
  if (azure !== null) return { dialect: 'azure', model: decodeURIComponent(azure[1] ?? '') };
  const gemini = /\/models\/([^/]+):(g|streamG)enerateContent$/.exec(path);
  if (gemini !== null) return placed('gemini', gemini[1], gemini[2] === 'streamG');
  const bedrock = /\/model\/([^/]+)\/(converse|invoke)(-stream|-with-response-stream)?$/.exec(path);
  if (bedrock !== null)
    return placed(bedrock[2] === 'converse' ? 'converse' : 'invoke', bedrock[1], bedrock[3] !== undefined);
  const vertex = /\/models\/([^/]+):(?:rawPredict|streamRawPredict)$/.exec(path);
  if (vertex !== null) return { dialect: 'anthropic', model: decodeURIComponent(vertex[1] ?? '') };
  // DataRobot's path ends in a slash.
  if (/\/chat\/completions\/?$/.test(path)) return { dialect: 'openai' };
  if (path.endsWith('/responses')) return { dialect: 'responses' };
  if (path.endsWith('/v1/messages')) return { dialect: 'anthropic' };
  if (path.endsWith('/v2/chat')) return { dialect: 'cohere' };
  return path.endsWith('/api/chat') ? { dialect: 'ollama' } : undefined;
}

const placed = (dialect: LabDialect, model = '', stream: boolean): LabPlace => ({
  ...{ dialect, stream },
  model: decodeURIComponent(model),
});

/** Reads a request leniently. Throws a TypeError when it is no chat request. */
export function readLabRequest({ dialect, ...place }: LabPlace, body: unknown): LabRequest {
  const request = PLAIN[dialect]?.(body) ?? record(body);
  const model = place.model ?? text(request['model']);
  if (model === '') throw new TypeError('you must provide a model parameter');
  const messages = list(request['messages']).map(record);
  if (messages.length === 0) throw new TypeError('messages: at least one message is required');
  // Claude Code has a system's message behind the user's.
  const turns = messages.filter(({ role }) => role !== 'system' && role !== 'developer');
  const beginning = beginningOf(turns);
  const last = turns.at(-1 - beginning.length) ?? {};
  const characters = [request['system'], ...messages.map((message) => message['content'])]
    .map((content) => textOf(content).length)
    .reduce((sum, length) => sum + length, 0);
  return {
    ...{ dialect, model },
    stream: place.stream ?? (dialect === 'ollama' ? request['stream'] !== false : request['stream'] === true),
    streamUsage: record(request['stream_options'])['include_usage'] === true,
    lastText: textOf(last['content']),
    beginning: beginning.map(({ role, content }) => (role === 'assistant' ? textOf(content) : '')).join(''),
    lastIsToolResult:
      last['role'] === 'tool' || list(last['content']).some((part) => record(part)['type'] === 'tool_result'),
    images: messages.flatMap(imagesOf),
    promptTokens: Math.ceil(characters / 4),
    maxTokens: maxTokens(request),
    tools: list(request['tools']).map(readTool),
    forcedTool: forcedTool(request['tool_choice']),
    thinking: thinks(request),
    jsonSchema: jsonSchema(request),
  };
}

/** The messages at the end that begin the answer. */
function beginningOf(messages: readonly Json[]): readonly Json[] {
  const [before, last] = [messages.at(-2) ?? {}, messages.at(-1) ?? {}];
  const begins = ({ role, content }: Json): boolean => role === 'assistant' && textOf(content) !== '';
  if (begins(last)) return messages.slice(-1);
  const isAsked = last['role'] === 'user' && /^continue exactly where\b/i.test(textOf(last['content']));
  return isAsked && begins(before) ? messages.slice(-2) : [];
}

/** Text of a message's content, tool results included; other parts weigh nothing. */
function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  return list(content)
    .map(record)
    .map((part) => text(part['text']) || textOf(part['content']))
    .join('');
}

/** OpenAI and Ollama have a word for how much; `none` is one too. */
function thinks({ thinking, think, reasoning_effort: effort }: Json): boolean {
  const words = [text(think), text(effort)].filter((word) => word !== '' && word !== 'none');
  return (
    ['enabled', 'adaptive'].includes(text(record(thinking)['type'])) || think === true || words.length > 0
  );
}

function maxTokens(request: Json): number | undefined {
  const limits = [
    request['max_completion_tokens'],
    request['max_tokens'],
    record(request['options'])['num_predict'],
  ];
  return limits.find((limit): limit is number => typeof limit === 'number' && limit >= 0);
}

/** OpenAI and Ollama wrap a function; Anthropic does not. */
function readTool(tool: unknown): LabTool {
  const own = record(tool);
  const { name, parameters } = record(own['function']);
  return { name: text(name ?? own['name']), schema: parameters ?? own['input_schema'] ?? {} };
}

function forcedTool(choice: unknown): string | undefined {
  if (choice === 'required' || choice === 'REQUIRED') return 'any';
  const own = record(choice);
  if (own['type'] === 'any') return 'any';
  const name = text(record(own['function'])['name']) || text(own['name']);
  return name === '' ? undefined : name;
}

function jsonSchema(request: Json): unknown {
  const openAi = record(request['response_format']);
  // Cohere has the schema beside the type.
  if (openAi['type'] === 'json_object') return openAi['json_schema'] ?? {};
  if (openAi['type'] === 'json_schema') return record(openAi['json_schema'])['schema'] ?? {};
  const anthropic = record(request['output_format'] ?? record(request['output_config'])['format']);
  if (anthropic['type'] === 'json_schema') return anthropic['schema'] ?? {};
  return request['format'] === 'json' ? {} : (request['format'] ?? undefined);
}
