import { GatewayError } from '@tollgate/contracts';
import { isObject, type Json } from '../json/json.js';

/** A tool call of a streamed answer, so far. */
export interface ToolCallSoFar {
  /** Its place among the calls. */
  readonly place: number;
  readonly id: string;
  readonly name: string;
  /** A call of a custom tool, whose input is free text. */
  readonly isCustom: boolean;
  /** All fragments of its arguments or, of a custom tool, its input. */
  readonly json: string;
}

export interface ToolCallDelta {
  readonly call: ToolCallSoFar;
  /** The call's first delta that names it. */
  readonly isFirst: boolean;
  /** What this delta adds to the arguments. */
  readonly fragment: string;
}

interface OpenCall extends ToolCallSoFar {
  readonly index: number;
  name: string;
  json: string;
  isNamed: boolean;
}

/** Puts the fragments of chat chunks together to tool calls, whatever the provider leaves out. */
export class ToolCallDeltas {
  private readonly open: OpenCall[] = [];

  /** All calls so far. */
  get calls(): readonly ToolCallSoFar[] {
    return this.open;
  }

  /** The deltas of a chunk's `delta.tool_calls`. What comes before a call's name is kept until the name is there. */
  push(value: unknown): ToolCallDelta[] {
    const fragments: readonly unknown[] = Array.isArray(value) ? value : [];
    return fragments.flatMap((fragment, place) => (isObject(fragment) ? this.add(fragment, place) : []));
  }

  private add(delta: Json, place: number): ToolCallDelta[] {
    const call = this.callOf(delta, place);
    const value = delta[call.isCustom ? 'custom' : 'function'];
    const target = isObject(value) ? value : {};
    const fragment = textOf(target[call.isCustom ? 'input' : 'arguments']);
    call.json += fragment;
    if (call.name === '' && typeof target['name'] === 'string') call.name = target['name'];
    if (call.name === '') return [];
    if (call.isNamed) return fragment === '' ? [] : [{ call, isFirst: false, fragment }];
    call.isNamed = true;
    return [{ call, isFirst: true, fragment: call.json }];
  }

  /** NOTE some servers leave the index out, or give every call index 0 and a new id: both are calls of their own. */
  private callOf(delta: Json, place: number): OpenCall {
    const id = typeof delta['id'] === 'string' ? delta['id'] : '';
    const index = typeof delta['index'] === 'number' ? delta['index'] : place;
    const known = this.open.findLast((call) => call.index === index);
    if (known !== undefined && (id === '' || id === known.id)) return known;
    const call: OpenCall = {
      place: this.open.length,
      index,
      id: id === '' ? `call_${this.open.length}` : id,
      isCustom: delta['type'] === 'custom',
      name: '',
      json: '',
      isNamed: false,
    };
    this.open.push(call);
    return call;
  }

  /** Throws `upstream_invalid_response` for a call that never got its name. */
  end(): readonly ToolCallSoFar[] {
    const nameless = this.open.find(({ isNamed }) => !isNamed);
    if (nameless === undefined) return this.open;
    throw new GatewayError(
      'upstream_invalid_response',
      `The provider sent a tool call without a name: ${nameless.id}`,
    );
  }
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return isObject(value) ? JSON.stringify(value) : '';
}
