import { GatewayError } from '@tollgate/contracts';
import { isObject, type Json } from '../json/json.js';
import { reasoningOf } from './chat-to-message.js';

type Kind = 'text' | 'thinking' | 'redacted_thinking' | 'tool_use';

interface ToolCall {
  readonly index: number;
  id: string;
  name: string;
  /** All fragments so far. */
  json: string;
  /** How much of them was sent on. */
  sent: number;
  state: 'waiting' | 'open' | 'closed';
}

/**
 * Makes Anthropic's content blocks, which follow each other, of chat deltas, which may interleave. A tool call that begins
 * before the open one is whole waits until that one is, so that no fragment ends up in a closed block.
 */
export class ContentBlocks {
  private nextIndex = 0;
  private open: Kind | null = null;
  private readonly calls: ToolCall[] = [];
  private readonly held: { readonly kind: 'text' | 'thinking'; readonly delta: Json }[] = [];

  get hasTools(): boolean {
    return this.calls.length > 0;
  }

  /** The events of one `delta` of the chunk's choice. */
  push(delta: Json): Json[] {
    return [...this.thinking(delta), ...this.text(delta), ...this.tools(delta['tool_calls'])];
  }

  /** Closes what is open and sends what waited. */
  end(): Json[] {
    const events = this.calls.flatMap((call) => {
      if (call.state === 'closed') return [];
      return [...this.begin(call), ...this.progress(call), ...this.finish(call)];
    });
    const held = this.held.splice(0).flatMap(({ kind, delta }) => this.append(kind, delta));
    return [...events, ...held, ...this.close()];
  }

  private thinking(delta: Json): Json[] {
    const events: Json[] = [];
    const blocks: readonly unknown[] = Array.isArray(delta['thinking_blocks'])
      ? delta['thinking_blocks']
      : [];
    const reasoning = reasoningOf(delta);
    if (reasoning !== undefined)
      events.push(...this.append('thinking', { type: 'thinking_delta', thinking: reasoning }));
    for (const block of blocks.filter(isObject)) {
      const { type, signature } = block;
      if (type === 'redacted_thinking')
        events.push(...this.close(), ...this.start('redacted_thinking', block));
      else if (typeof signature === 'string' && signature !== '') {
        events.push(...this.append('thinking', { type: 'signature_delta', signature }));
      }
    }
    return events;
  }

  private text(delta: Json): Json[] {
    const { content, refusal } = delta;
    return [...textsOf(content), ...textsOf(refusal)].flatMap((text) =>
      this.append('text', { type: 'text_delta', text }),
    );
  }

  /** Text goes out at once, but waits for an open tool call that is not whole yet. */
  private append(kind: 'text' | 'thinking', delta: Json): Json[] {
    const call = this.openCall();
    if (call !== undefined && !isWhole(call.json)) {
      this.held.push({ kind, delta });
      return [];
    }
    if (call !== undefined) call.state = 'closed';
    const events = this.open === kind ? [] : this.start(kind, emptyBlock(kind));
    return [...events, this.delta(delta)];
  }

  private tools(value: unknown): Json[] {
    const fragments: readonly unknown[] = Array.isArray(value) ? value : [];
    return fragments.filter(isObject).flatMap((fragment, place) => this.tool(fragment, place));
  }

  private tool(fragment: Json, place: number): Json[] {
    const call = this.callOf(fragment, place);
    const target = isObject(fragment['function']) ? fragment['function'] : {};
    if (typeof target['arguments'] === 'string') call.json += target['arguments'];
    else if (isObject(target['arguments'])) call.json += JSON.stringify(target['arguments']);
    if (call.state === 'open') return this.progress(call);
    if (call.state === 'closed') return refuseLate(call);
    const current = this.openCall();
    if (call.name === '' || (current !== undefined && !isWhole(current.json))) return [];
    const before = current === undefined ? [] : this.finish(current);
    return [...before, ...this.begin(call), ...this.progress(call)];
  }

  /** NOTE some servers leave the index out, or give every call index 0 and a new id: both are calls of their own. */
  private callOf(fragment: Json, place: number): ToolCall {
    const { id } = fragment;
    const index = typeof fragment['index'] === 'number' ? fragment['index'] : place;
    const known = this.calls.findLast((call) => call.index === index);
    const isNew =
      typeof id === 'string' && id !== '' && known !== undefined && known.id !== id && isWhole(known.json);
    const target = isObject(fragment['function']) ? fragment['function'] : {};
    const name = typeof target['name'] === 'string' ? target['name'] : '';
    if (known !== undefined && !isNew) {
      if (known.name === '') known.name = name;
      return known;
    }
    const call: ToolCall = {
      index,
      id: typeof id === 'string' && id !== '' ? id : `call_${this.calls.length}`,
      name,
      json: '',
      sent: 0,
      state: 'waiting',
    };
    this.calls.push(call);
    return call;
  }

  private openCall(): ToolCall | undefined {
    return this.calls.find((call) => call.state === 'open');
  }

  private begin(call: ToolCall): Json[] {
    if (call.state !== 'waiting') return [];
    if (call.name === '') {
      throw new GatewayError(
        'upstream_invalid_response',
        `The provider sent a tool call without a name: ${call.id}`,
      );
    }
    call.state = 'open';
    const block = { type: 'tool_use', id: call.id, name: call.name, input: {} };
    return [...this.close(), ...this.start('tool_use', block)];
  }

  private progress(call: ToolCall): Json[] {
    if (call.sent === call.json.length) return [];
    const fragment = call.json.slice(call.sent);
    call.sent = call.json.length;
    return [this.delta({ type: 'input_json_delta', partial_json: fragment })];
  }

  private finish(call: ToolCall): Json[] {
    call.state = 'closed';
    return this.close();
  }

  private start(kind: Kind, block: Json): Json[] {
    const events = this.close();
    this.open = kind;
    return [...events, { type: 'content_block_start', index: this.nextIndex, content_block: block }];
  }

  private delta(delta: Json): Json {
    return { type: 'content_block_delta', index: this.nextIndex, delta };
  }

  private close(): Json[] {
    if (this.open === null) return [];
    this.open = null;
    const index = this.nextIndex;
    this.nextIndex += 1;
    return [{ type: 'content_block_stop', index }];
  }
}

const emptyBlock = (kind: 'text' | 'thinking'): Json =>
  kind === 'text' ? { type: 'text', text: '' } : { type: 'thinking', thinking: '', signature: '' };

/** The texts of a content that is a string or, as Mistral's, a list of parts. */
function textsOf(content: unknown): string[] {
  if (typeof content === 'string') return content === '' ? [] : [content];
  if (!Array.isArray(content)) return [];
  return content.flatMap((part: unknown) => (isObject(part) ? textsOf(part['text']) : []));
}

/** The arguments are complete JSON: no fragment can follow. */
function isWhole(json: string): boolean {
  if (!json.trimEnd().endsWith('}')) return false;
  try {
    JSON.parse(json);
    return true;
  } catch {
    return false;
  }
}

/** A closed call was whole, so only white space can follow; anything else would be lost without a word. */
function refuseLate(call: ToolCall): Json[] {
  if (call.json.slice(call.sent).trim() === '') return [];
  throw new GatewayError(
    'upstream_invalid_response',
    `The provider went on with tool call ${call.id} after its end`,
  );
}
