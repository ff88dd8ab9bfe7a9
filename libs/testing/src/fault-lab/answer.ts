import type { LabDialect, LabRequest, LabTool } from './lab-request.js';
import { sampleOf } from './sample.js';
import type { Step } from './step.js';

interface LabToolCall {
  readonly id: string;
  readonly name: string;
  /** JSON. */
  readonly arguments: string;
}

/** What the lab says to a request; each dialect only writes it down. */
export interface Answer {
  readonly id: string;
  /** Seconds since 1970. */
  readonly created: number;
  readonly model: string;
  readonly thinking: string;
  readonly text: string;
  readonly toolCalls: readonly LabToolCall[];
  readonly finish: 'stop' | 'length' | 'tool_calls';
  readonly promptTokens: number;
  readonly cachedTokens: number;
  readonly cacheWriteTokens: number;
  /** ceil(characters of thinking, text and arguments / 4). */
  readonly completionTokens: number;
  /** Characters of a chunk in a stream. */
  readonly chunkCharacters: number;
  readonly withUsage: boolean;
}

const FILLER = 'The quick brown fox jumps over the lazy dog while the lab counts. ';
const THOUGHT = 'The person wrote something; a short echo will do. ';

const ID_PREFIXES: Readonly<Partial<Record<LabDialect, string>>> = {
  anthropic: 'toolu',
  converse: 'tooluse',
  invoke: 'toolu_bdrk',
};

/** Equal requests and steps get equal answers, ids aside. */
export function answerTo(request: LabRequest, step: Step, id: string): Answer {
  const calls = toolCalls(request, step, id);
  const thinking = request.thinking ? THOUGHT : '';
  const whole = calls.length > 0 && step.tokens === undefined ? '' : wantedText(request, step);
  const wanted = restOf(whole, request.beginning, step);
  const room =
    request.maxTokens === undefined ? Infinity : Math.max(request.maxTokens * 4 - thinking.length, 0);
  const text = wanted.length > room ? wanted.slice(0, room) : wanted;
  const spoken = calls.reduce((sum, call) => sum + call.arguments.length, thinking.length + text.length);
  const ends = text.length < wanted.length ? 'length' : 'stop';
  return {
    id,
    created: Math.floor(Date.now() / 1000),
    model: request.model,
    ...{ thinking, text, toolCalls: calls },
    finish: calls.length > 0 ? 'tool_calls' : ends,
    promptTokens: request.promptTokens,
    cachedTokens: Math.min(step.cachedTokens ?? 0, request.promptTokens),
    cacheWriteTokens: step.cacheWriteTokens ?? 0,
    completionTokens: Math.ceil(spoken / 4),
    chunkCharacters: Math.max(step.chunkBytes ?? 4, 1),
    withUsage: step.noUsage !== true,
  };
}

/** What is left to say after a beginning; all of it after one that is another answer's. */
function restOf(whole: string, beginning: string, { repeatsBeginning }: Step): string {
  return whole.startsWith(beginning) && repeatsBeginning !== true ? whole.slice(beginning.length) : whole;
}

/** Cuts text into the pieces of a stream. */
export function* chunksOf(text: string, size: number): Generator<string> {
  for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size);
}

function wantedText(request: LabRequest, step: Step): string {
  const length = step.totalBytes ?? (step.tokens === undefined ? undefined : step.tokens * 4);
  const text = step.text ?? spokenText(request);
  if (length === undefined) return text;
  const missing = Math.max(length - text.length, 0);
  return (text + FILLER.repeat(Math.ceil(missing / FILLER.length))).slice(0, length);
}

function spokenText(request: LabRequest): string {
  if (request.jsonSchema !== undefined) {
    const sample = sampleOf(request.jsonSchema);
    const plain = typeof sample === 'object' && sample !== null && Object.keys(sample).length === 0;
    return JSON.stringify(plain ? { answer: 'Hello from the fault lab.' } : sample);
  }
  const verb = request.lastIsToolResult ? 'The tool said' : 'You said';
  // ASCII only: a character is then a byte, and four of them a token.
  const words = request.lastText.slice(0, 200).replaceAll(/[^\x20-\x7e]/g, '?');
  const seen = request.images.map((image) => ` I see ${image}.`).join('');
  return `Hello from the fault lab. ${verb}: ${words}${seen}`;
}

/** "call weather" in the last message calls the tool `weather`; two names give two parallel calls. */
function toolCalls(request: LabRequest, { toolArguments }: Step, id: string): LabToolCall[] {
  if (request.lastIsToolResult) return [];
  return wantedTools(request).map(({ name, schema }, index) => ({
    id: `${ID_PREFIXES[request.dialect] ?? 'call'}_${id}${String(index)}`,
    name,
    arguments: JSON.stringify(toolArguments ?? sampleOf(schema)),
  }));
}

function wantedTools({ tools, forcedTool, lastText }: LabRequest): readonly LabTool[] {
  if (forcedTool === 'any') return tools.slice(0, 1);
  if (forcedTool !== undefined) return tools.filter(({ name }) => name === forcedTool);
  return tools.filter(({ name }) => name !== '' && lastText.includes(`call ${name}`));
}
