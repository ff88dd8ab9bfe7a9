import { GatewayError, type Usage } from '@tollgate/contracts';
import { ChatChunks } from '../codec/chat-answers.js';
import type { AnswerOptions, StreamDecoder } from '../codec/codec.js';
import { isObject, type Json } from '../json/json.js';
import { DONE, parseEvent } from '../sse/parse-event.js';
import type { SseEvent } from '../sse/sse-decoder.js';
import { fieldOf } from '../usage/count.js';
import { usageOfCohere } from '../usage/cohere-usage.js';
import { citedFields } from './citations.js';
import { finishReasonOfCohere } from './finish-words.js';
import { chatLogprobs } from './logprobs.js';

/** Reads Cohere's stream. Its last event is `message-end`, though `[DONE]` follows. */
export class CohereDecoder implements StreamDecoder {
  readonly serviceTier = null;
  started = false;
  finished = false;
  done = false;
  usage: Usage | null = null;
  rawUsage: unknown = null;
  private readonly chunks: ChatChunks;
  /** Places of Cohere's tool calls among OpenAI's. */
  private readonly places = new Map<unknown, number>();
  private readonly called = new Set<unknown>();

  constructor(options: AnswerOptions) {
    this.chunks = new ChatChunks(options);
  }

  get responseId(): string | null {
    return this.chunks.id;
  }

  push(event: SseEvent): Json[] {
    if (event.data === DONE) this.done = this.finished;
    const payload = parseEvent(event);
    if (payload === null || this.finished) return [];
    if (payload['type'] === undefined && payload['message'] !== undefined) throw errorOf(payload);
    this.started = true;
    return this.translate(payload);
  }

  private translate(payload: Json): Json[] {
    const message = fieldOf(payload['delta'], 'message');
    switch (payload['type']) {
      case 'message-start':
        this.chunks.id = typeof payload['id'] === 'string' ? payload['id'] : null;
        return [this.chunks.start()];
      case 'content-start':
      case 'content-delta':
        return this.content(fieldOf(message, 'content'), payload['logprobs']);
      case 'tool-plan-delta':
        return this.reasoning(fieldOf(message, 'tool_plan'), false);
      case 'tool-call-start':
        return this.toolStart(payload['index'], fieldOf(message, 'tool_calls'));
      case 'tool-call-delta':
        return this.toolDelta(payload['index'], fieldOf(message, 'tool_calls'));
      case 'tool-call-end':
        return this.toolEnd(payload['index']);
      case 'citation-start':
        return this.citation(fieldOf(message, 'citations'));
      case 'message-end':
        return this.end(payload['delta']);
      default:
        return [];
    }
  }

  private content(content: unknown, logprobs: unknown): Json[] {
    const text = fieldOf(content, 'text');
    const told = chatLogprobs(logprobs);
    const isText = typeof text === 'string' && text !== '';
    const texts = isText || told !== null ? [this.chunks.chunk({ content: text ?? '' }, null, told)] : [];
    return [...this.reasoning(fieldOf(content, 'thinking'), true), ...texts];
  }

  private reasoning(text: unknown, isThinking: boolean): Json[] {
    if (typeof text !== 'string' || text === '') return [];
    const blocks = isThinking
      ? { thinking_blocks: [{ type: 'thinking', thinking: text, signature: '' }] }
      : {};
    return [this.chunks.chunk({ reasoning_content: text, ...blocks })];
  }

  private toolStart(index: unknown, call: unknown): Json[] {
    const place = this.places.size;
    this.places.set(index, place);
    const name = fieldOf(fieldOf(call, 'function'), 'name');
    if (typeof name !== 'string') {
      throw new GatewayError('upstream_invalid_response', 'The provider sent a tool call without a name');
    }
    const id = fieldOf(call, 'id');
    const start = {
      index: place,
      id: typeof id === 'string' && id !== '' ? id : `call_${place}`,
      type: 'function',
      function: { name, arguments: '' },
    };
    return [this.chunks.chunk({ tool_calls: [start] }), ...this.toolDelta(index, call)];
  }

  private toolDelta(index: unknown, call: unknown): Json[] {
    const text = fieldOf(fieldOf(call, 'function'), 'arguments');
    return typeof text === 'string' ? this.fragment(index, text) : [];
  }

  /** NOTE Cohere leaves the arguments empty where a tool has none; OpenAI's clients parse them all the same. */
  private toolEnd(index: unknown): Json[] {
    return this.called.has(index) ? [] : this.fragment(index, '{}');
  }

  private fragment(index: unknown, text: string): Json[] {
    const place = this.places.get(index);
    if (place === undefined || text === '') return [];
    this.called.add(index);
    return [this.chunks.chunk({ tool_calls: [{ index: place, function: { arguments: text } }] })];
  }

  private citation(citation: unknown): Json[] {
    const fields = citedFields([citation].flat());
    return Object.keys(fields).length > 0 ? [this.chunks.chunk(fields)] : [];
  }

  private end(delta: unknown): Json[] {
    const usage = fieldOf(delta, 'usage');
    if (isObject(usage)) {
      this.rawUsage = usage;
      this.usage = usageOfCohere(usage);
    }
    const reason = finishReasonOfCohere(fieldOf(delta, 'finish_reason'), fieldOf(delta, 'error'));
    this.finished = true;
    return this.chunks.end(this.places.size > 0 && reason === 'stop' ? 'tool_calls' : reason, this.usage);
  }
}

/** What is no event but an error's body. */
const errorOf = ({ message }: Json): GatewayError =>
  new GatewayError(
    'upstream_error',
    typeof message === 'string' && message !== '' ? message : 'The provider reported an error in its stream',
  );
