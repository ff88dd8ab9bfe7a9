import type { AnswerOptions, StreamEncoder } from '../../codec/codec.js';
import { encodeMessage } from '../../event-stream/encode-message.js';
import { isObject, type Json } from '../../json/json.js';
import { ChatToMessageStream } from '../../to-anthropic/chat-to-message-stream.js';
import { converseStopReason, converseUsage } from './chat-to-answer.js';

/** Writes a ConverseStream: binary messages, each with the name of its event. */
export class ConverseEncoder implements StreamEncoder {
  private readonly translation: ChatToMessageStream;

  constructor({ model }: AnswerOptions) {
    this.translation = new ChatToMessageStream(model);
  }

  push(chunk: Json): Uint8Array | null {
    return encoded(this.translation.pushChunk(chunk));
  }

  end(): Uint8Array | null {
    return encoded(this.translation.endWhole());
  }
}

function encoded(messageEvents: readonly Json[]): Uint8Array | null {
  const events = messageEvents.flatMap(eventsOf);
  if (events.length === 0) return null;
  return Buffer.concat(
    events.map(([name, payload]) =>
      encodeMessage(
        { ':event-type': name, ':content-type': 'application/json', ':message-type': 'event' },
        JSON.stringify(payload),
      ),
    ),
  );
}

type Event = readonly [name: string, payload: Json];

/** Converse's events for one of Anthropic's. */
function eventsOf(event: Json): Event[] {
  const { index: contentBlockIndex, delta } = event;
  switch (event['type']) {
    case 'message_start':
      return [['messageStart', { role: 'assistant' }]];
    case 'content_block_start':
      return startOf(contentBlockIndex, event['content_block']);
    case 'content_block_delta':
      return deltaOf(delta).map((each) => ['contentBlockDelta', { contentBlockIndex, delta: each }]);
    case 'content_block_stop':
      return [['contentBlockStop', { contentBlockIndex }]];
    case 'message_delta': {
      const stopReason = converseStopReason(isObject(delta) ? delta['stop_reason'] : undefined);
      return [
        ['messageStop', { stopReason }],
        ['metadata', { usage: converseUsage(event['usage']) }],
      ];
    }
    default:
      return [];
  }
}

/** Blocks of text and of thinking start with their first piece; what is hidden of thinking comes in one. */
function startOf(contentBlockIndex: unknown, block: unknown): Event[] {
  if (!isObject(block)) return [];
  if (block['type'] === 'redacted_thinking') {
    const delta = { reasoningContent: { redactedContent: block['data'] } };
    return [['contentBlockDelta', { contentBlockIndex, delta }]];
  }
  if (block['type'] !== 'tool_use') return [];
  const toolUse = { toolUseId: block['id'], name: block['name'] };
  return [['contentBlockStart', { contentBlockIndex, start: { toolUse } }]];
}

function deltaOf(delta: unknown): Json[] {
  if (!isObject(delta)) return [];
  switch (delta['type']) {
    case 'text_delta':
      return [{ text: delta['text'] }];
    case 'thinking_delta':
      return [{ reasoningContent: { text: delta['thinking'] } }];
    case 'signature_delta':
      return [{ reasoningContent: { signature: delta['signature'] } }];
    case 'input_json_delta':
      return [{ toolUse: { input: delta['partial_json'] } }];
    default:
      return [];
  }
}
