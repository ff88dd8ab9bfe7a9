import { isObject, objectAt, optionalString, stringAt, type Json } from '../json/json.js';
import { citationOf, imagePart, isServerSide } from './answer-blocks.js';

type Kind = 'text' | 'thinking' | 'tool' | 'other';

/** What of a block comes in pieces but has a meaning only as a whole. */
interface OpenBlock {
  kind: Kind | null;
  redacted: string;
  imageFormat: unknown;
  imageBytes: string;
}

/** The content events of a Converse stream as those of an Anthropic one, which chat deltas are made of. */
export class ContentEvents {
  private readonly open = new Map<unknown, OpenBlock>();
  private readonly finishedImages: Json[] = [];

  start(payload: Json): Json[] {
    const index = payload['contentBlockIndex'];
    const block = this.blockAt(index);
    const start = isObject(payload['start']) ? payload['start'] : {};
    if (isObject(start['image'])) block.imageFormat = start['image']['format'];
    return isObject(start['toolUse']) ? this.startTool(index, block, start['toolUse']) : [];
  }

  delta(payload: Json): Json[] {
    const index = payload['contentBlockIndex'];
    const block = this.blockAt(index);
    const delta = objectAt(payload['delta'], 'delta', 'answer');
    if (isObject(delta['toolUse'])) return fragment(index, block, delta['toolUse']);
    if (isObject(delta['reasoningContent'])) return this.reasoning(index, block, delta['reasoningContent']);
    if (isObject(delta['citation'])) {
      const citation = citationOf(delta['citation']);
      return this.content(index, block, 'text', { type: 'citations_delta', citation });
    }
    if (isObject(delta['image'])) block.imageBytes += bytesOf(delta['image']);
    const text = optionalString(delta['text'], 'delta.text', 'answer');
    return text === undefined ? [] : this.content(index, block, 'text', { type: 'text_delta', text });
  }

  stop(payload: Json): Json[] {
    const index = payload['contentBlockIndex'];
    const block = this.open.get(index);
    if (block === undefined) return [];
    this.open.delete(index);
    this.finishedImages.push(
      ...imagePart({ format: block.imageFormat, source: { bytes: block.imageBytes } }),
    );
    const events = block.redacted === '' ? [] : redactedBlock(index, block.redacted);
    return block.kind === null ? events : [...events, { type: 'content_block_stop', index }];
  }

  /** The blocks that the stream left open: some models' streams do. */
  stopAll(): Json[] {
    return [...this.open.keys()].flatMap((index) => this.stop({ contentBlockIndex: index }));
  }

  /** The images that are whole by now; each is given once. */
  takeImages(): Json[] {
    return this.finishedImages.splice(0);
  }

  private blockAt(index: unknown): OpenBlock {
    const known = this.open.get(index);
    if (known !== undefined) return known;
    const block: OpenBlock = { kind: null, redacted: '', imageFormat: undefined, imageBytes: '' };
    this.open.set(index, block);
    return block;
  }

  private startTool(index: unknown, block: OpenBlock, call: Json): Json[] {
    if (isServerSide(call)) {
      block.kind = 'other';
      return [];
    }
    block.kind = 'tool';
    const id = stringAt(call['toolUseId'], 'start.toolUse.toolUseId', 'answer');
    const name = stringAt(call['name'], 'start.toolUse.name', 'answer');
    return [blockStart(index, { type: 'tool_use', id, name, input: {} })];
  }

  private reasoning(index: unknown, block: OpenBlock, content: Json): Json[] {
    const text = optionalString(content['text'], 'delta.reasoningContent.text', 'answer');
    const signature = optionalString(content['signature'], 'delta.reasoningContent.signature', 'answer');
    const redacted = content['redactedContent'];
    if (typeof redacted === 'string') block.redacted += redacted;
    return [
      ...(text === undefined
        ? []
        : this.content(index, block, 'thinking', { type: 'thinking_delta', thinking: text })),
      ...(signature === undefined
        ? []
        : this.content(index, block, 'thinking', { type: 'signature_delta', signature })),
    ];
  }

  /** NOTE Converse starts a block of text or of thinking with its first piece, without a word. */
  private content(index: unknown, block: OpenBlock, kind: 'text' | 'thinking', delta: Json): Json[] {
    const isNew = block.kind === null;
    block.kind ??= kind;
    const event = { type: 'content_block_delta', index, delta };
    return isNew ? [blockStart(index, { type: kind }), event] : [event];
  }
}

const blockStart = (index: unknown, block: Json): Json => ({
  type: 'content_block_start',
  index,
  content_block: block,
});

const redactedBlock = (index: unknown, data: string): Json[] => [
  blockStart(index, { type: 'redacted_thinking', data }),
  { type: 'content_block_stop', index },
];

function fragment(index: unknown, block: OpenBlock, call: Json): Json[] {
  const json = optionalString(call['input'], 'delta.toolUse.input', 'answer');
  if (block.kind !== 'tool' || json === undefined) return [];
  return [{ type: 'content_block_delta', index, delta: { type: 'input_json_delta', partial_json: json } }];
}

function bytesOf({ source }: Json): string {
  const bytes = isObject(source) ? source['bytes'] : undefined;
  return typeof bytes === 'string' ? bytes : '';
}
