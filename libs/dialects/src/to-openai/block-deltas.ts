import { JSON_ANSWER_TOOL } from '../json-answer-tool.js';
import { isObject, objectAt, stringAt, type Json } from '../json/json.js';
import { annotationsOf } from './annotations.js';

interface OpenBlock {
  readonly kind: 'text' | 'thinking' | 'tool' | 'json-answer' | 'other';
  /** Place among the tool calls. */
  readonly toolIndex: number;
  /** Where the block's text starts in the whole content. */
  readonly textStart: number;
  /** The input that came with the block's start: what counts when no fragment follows. */
  readonly input: unknown;
  hasFragments: boolean;
}

/** Turns the content block events of an Anthropic stream into the `delta` objects of chat chunks. */
export class BlockDeltas {
  private readonly open = new Map<unknown, OpenBlock>();
  private toolCalls = 0;
  private textLength = 0;
  private hasJsonAnswer = false;

  /** The only tool that was called is the stand-in for structured output. */
  get isJsonAnswer(): boolean {
    return this.hasJsonAnswer && this.toolCalls === 0;
  }

  push(payload: Json): Json[] {
    const index = payload['index'];
    if (payload['type'] === 'content_block_start') {
      return this.start(index, objectAt(payload['content_block'], 'content_block', 'answer'));
    }
    const block = this.open.get(index);
    if (block === undefined) return [];
    if (payload['type'] === 'content_block_stop') {
      this.open.delete(index);
      return this.stop(block);
    }
    return this.delta(block, objectAt(payload['delta'], 'delta', 'answer'));
  }

  private start(index: unknown, content: Json): Json[] {
    const kind = kindOf(content);
    this.open.set(index, {
      kind,
      toolIndex: kind === 'tool' ? this.toolCalls : -1,
      textStart: this.textLength,
      input: content['input'],
      hasFragments: false,
    });
    if (kind === 'json-answer') this.hasJsonAnswer = true;
    if (kind === 'tool') return [this.toolStart(content)];
    if (content['type'] === 'redacted_thinking') return [{ thinking_blocks: [content] }];
    if (kind === 'text') return this.text(content['text']);
    return kind === 'thinking' ? thinking(content['thinking']) : [];
  }

  private toolStart(content: Json): Json {
    const index = this.toolCalls;
    this.toolCalls += 1;
    const id = stringAt(content['id'], 'content_block.id', 'answer');
    const name = stringAt(content['name'], 'content_block.name', 'answer');
    return { tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }] };
  }

  private delta(block: OpenBlock, delta: Json): Json[] {
    switch (delta['type']) {
      case 'text_delta':
        return block.kind === 'text' ? this.text(stringAt(delta['text'], 'delta.text', 'answer')) : [];
      case 'thinking_delta':
        return thinking(stringAt(delta['thinking'], 'delta.thinking', 'answer'));
      case 'signature_delta': {
        const signature = stringAt(delta['signature'], 'delta.signature', 'answer');
        return [{ thinking_blocks: [{ type: 'thinking', thinking: '', signature }] }];
      }
      case 'input_json_delta':
        return this.fragment(block, stringAt(delta['partial_json'], 'delta.partial_json', 'answer'));
      case 'citations_delta': {
        const annotations = annotationsOf(
          [delta['citation']],
          block.textStart,
          this.textLength - block.textStart,
        );
        return annotations.length > 0 ? [{ annotations }] : [];
      }
      default:
        return [];
    }
  }

  private fragment(block: OpenBlock, json: string): Json[] {
    if (json === '') return [];
    block.hasFragments = true;
    if (block.kind === 'json-answer') return this.text(json);
    return block.kind === 'tool' ? [argumentsDelta(block, json)] : [];
  }

  /** A tool without parameters gets no fragment; OpenAI's clients parse the arguments all the same. */
  private stop(block: OpenBlock): Json[] {
    if (block.hasFragments) return [];
    const input = JSON.stringify(isObject(block.input) ? block.input : {});
    if (block.kind === 'json-answer') return this.text(input);
    return block.kind === 'tool' ? [argumentsDelta(block, input)] : [];
  }

  private text(text: unknown): Json[] {
    if (typeof text !== 'string' || text === '') return [];
    this.textLength += text.length;
    return [{ content: text }];
  }
}

const argumentsDelta = (block: OpenBlock, json: string): Json => ({
  tool_calls: [{ index: block.toolIndex, function: { arguments: json } }],
});

function thinking(text: unknown): Json[] {
  if (typeof text !== 'string' || text === '') return [];
  return [
    { reasoning_content: text, thinking_blocks: [{ type: 'thinking', thinking: text, signature: '' }] },
  ];
}

function kindOf({ type, name }: Json): OpenBlock['kind'] {
  if (type === 'tool_use') return name === JSON_ANSWER_TOOL ? 'json-answer' : 'tool';
  return type === 'text' || type === 'thinking' ? type : 'other';
}
