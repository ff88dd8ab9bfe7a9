import type { Usage } from '@tollgate/contracts';
import { ChatChunks } from '../codec/chat-answers.js';
import type { AnswerOptions, StreamDecoder } from '../codec/codec.js';
import type { Json } from '../json/json.js';
import { parseEvent } from '../sse/parse-event.js';
import type { SseEvent } from '../sse/sse-decoder.js';
import { factsOfOllama, finishReasonOf, logprobsOf, messageOf, toolCallsOf } from './ollama-to-chat.js';

/** Reads the streams of Ollama's `/api/chat` and `/api/generate`, whose last line is `done` and tells the totals. */
export class OllamaDecoder implements StreamDecoder {
  readonly serviceTier = null;
  readonly responseId = null;
  started = false;
  finished = false;
  usage: Usage | null = null;
  rawUsage: unknown = null;
  private readonly chunks: ChatChunks;
  private calls = 0;

  constructor(private readonly options: AnswerOptions) {
    this.chunks = new ChatChunks(options);
  }

  get done(): boolean {
    return this.finished;
  }

  push(event: SseEvent): Json[] {
    const line = parseEvent(event);
    if (line === null || this.finished) return [];
    const message = messageOf(line);
    const first = this.started ? [] : [this.chunks.start()];
    this.started = true;
    const deltas = [...first, ...this.deltas(message, line['logprobs'])];
    return line['done'] === true ? [...deltas, ...this.end(line)] : deltas;
  }

  private deltas({ content, thinking, ...message }: Json, logprobs: unknown): Json[] {
    const calls = toolCallsOf(message, this.options, this.calls).map((call, at) => ({
      index: this.calls + at,
      ...call,
    }));
    this.calls += calls.length;
    const told = logprobsOf(logprobs);
    const texts = typeof content === 'string' && (content !== '' || told !== null);
    return [
      ...(typeof thinking === 'string' && thinking !== ''
        ? [this.chunks.chunk({ reasoning_content: thinking })]
        : []),
      ...(texts ? [this.chunks.chunk({ content }, null, told)] : []),
      ...(calls.length > 0 ? [this.chunks.chunk({ tool_calls: calls })] : []),
    ];
  }

  private end(line: Json): Json[] {
    this.finished = true;
    const { usage, rawUsage } = factsOfOllama(line);
    this.usage = usage;
    this.rawUsage = rawUsage;
    return this.chunks.end(finishReasonOf(line['done_reason'], this.calls > 0), usage);
  }
}
