import type { Usage } from '@tollgate/contracts';
import type { AnswerOptions, StreamEncoder } from '../../codec/codec.js';
import { ToolCallDeltas } from '../../codec/tool-call-deltas.js';
import { isObject, type Json } from '../../json/json.js';
import { present } from '../../json/present.js';
import { encodeSse } from '../../sse/encode-sse.js';
import { reasoningOf } from '../../to-anthropic/chat-to-message.js';
import { usageOfChat } from '../../usage/chat-usage.js';
import { geminiFinishReason } from '../finish-words.js';
import { groundingOf } from '../grounding.js';
import { addThinking } from '../thinking-pieces.js';
import { callSignatureOf } from '../thought-signature.js';
import { usageMetadataOf } from '../usage-metadata.js';
import { callPart, signatureOfThinking, signedParts, spokenParts } from './answer-parts.js';
import { showsThoughts } from './content-to-chat-request.js';

/**
 * Writes Gemini's stream of chat chunks (their first choice). Calls go out whole, with the last answer, which waits for the
 * usage: Gemini's clients read both of it.
 */
export class ContentEncoder implements StreamEncoder {
  private readonly calls = new ToolCallDeltas();
  private readonly signatures = new Map<unknown, string>();
  private readonly thinkingBlocks: Json[] = [];
  private readonly annotations: Json[] = [];
  private readonly isShown: boolean;
  private text = '';
  private id = '';
  private finishReason: string | null = null;
  private usage: Usage | null = null;
  private isEnded = false;

  constructor(private readonly options: AnswerOptions) {
    this.isShown = showsThoughts(options.request);
  }

  push(chunk: Json): Uint8Array | null {
    if (typeof chunk['id'] === 'string' && chunk['id'] !== '') this.id = chunk['id'];
    this.usage = usageOfChat(chunk['usage']) ?? this.usage;
    const choices: readonly unknown[] = Array.isArray(chunk['choices']) ? chunk['choices'] : [];
    const choice = choices.filter(isObject).find(({ index }) => (index ?? 0) === 0);
    const parts = isObject(choice?.['delta']) ? this.parts(choice['delta']) : [];
    const reason = choice?.['finish_reason'];
    if (typeof reason === 'string' && reason !== '') this.finishReason = reason;
    const isLast = this.finishReason !== null && this.usage !== null && !this.isEnded;
    if (isLast) return this.last(parts);
    return parts.length === 0 ? null : this.encoded({ content: { role: 'model', parts }, index: 0 });
  }

  end(): Uint8Array | null {
    return this.isEnded ? null : this.last([]);
  }

  private parts(delta: Json): Json[] {
    this.calls.push(delta['tool_calls']);
    for (const call of listOf(delta['tool_calls'])) {
      const signature = callSignatureOf(call);
      if (signature !== undefined) this.signatures.set(call['id'], signature);
    }
    addThinking(this.thinkingBlocks, listOf(delta['thinking_blocks']));
    this.annotations.push(...listOf(delta['annotations']));
    const text = [delta['content'], delta['refusal']].filter((each) => typeof each === 'string').join('');
    this.text += text;
    return spokenParts(delta, text, this.isShown ? reasoningOf(delta) : undefined);
  }

  private last(spoken: readonly Json[]): Uint8Array {
    this.isEnded = true;
    const calls = this.calls
      .end()
      .map(({ id, name, json }) => callPart(id, name, json, this.signatures.get(id)));
    const parts = signedParts(spoken, calls, signatureOfThinking(this.thinkingBlocks));
    const groundingMetadata = groundingOf(this.annotations, this.text);
    return this.encoded({
      content: { role: 'model', parts: parts.length > 0 ? parts : [{ text: '' }] },
      finishReason: geminiFinishReason(this.finishReason),
      index: 0,
      ...present({ groundingMetadata }),
    });
  }

  private encoded(candidate: Json): Uint8Array {
    const { usage, id } = this;
    const answer = {
      candidates: [candidate],
      ...present({ usageMetadata: usage === null ? undefined : usageMetadataOf(usage) }),
      modelVersion: this.options.model,
      responseId: id,
    };
    return encodeSse(JSON.stringify(answer));
  }
}

const listOf = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isObject) : []);
