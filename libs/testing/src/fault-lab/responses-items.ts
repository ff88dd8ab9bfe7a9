import type { Answer } from './answer.js';

/** An item of an answer's output, and how it comes in a stream. */
export interface ResponsesItem {
  readonly item: { readonly id: string; readonly [name: string]: unknown };
  /** As it is announced. */
  readonly begun: object;
  readonly text: string;
  /** The name of its deltas, and of the member that the last of them has the whole text in. */
  readonly delta: string;
  readonly whole: 'text' | 'arguments';
  /** Which part of the item a delta belongs to. */
  readonly place: object;
  readonly part?: { readonly type: string; readonly begun: object; readonly whole: object };
}

const ENCRYPTED = 'gAAAAABlab-encrypted-thoughts';

/** Thoughts, the text and the calls of an answer. */
export function responsesItems(answer: Answer): ResponsesItem[] {
  const { thinking, text, toolCalls } = answer;
  return [
    ...(thinking === '' ? [] : [thoughts(answer)]),
    ...(text === '' && toolCalls.length > 0 ? [] : [message(answer)]),
    ...toolCalls.map(call),
  ];
}

function thoughts({ id, thinking }: Answer): ResponsesItem {
  const item = { id: `rs_${id}`, type: 'reasoning', encrypted_content: ENCRYPTED };
  const whole = { type: 'summary_text', text: thinking };
  return {
    item: { ...item, summary: [whole] },
    begun: { ...item, summary: [] },
    ...{ text: thinking, delta: 'reasoning_summary_text', whole: 'text', place: { summary_index: 0 } },
    part: { type: 'reasoning_summary_part', begun: { ...whole, text: '' }, whole },
  };
}

function message({ id, text, finish }: Answer): ResponsesItem {
  const item = { id: `msg_${id}`, type: 'message', role: 'assistant' };
  const whole = { type: 'output_text', annotations: [], logprobs: [], text };
  return {
    item: { ...item, status: finish === 'length' ? 'incomplete' : 'completed', content: [whole] },
    begun: { ...item, status: 'in_progress', content: [] },
    ...{ text, delta: 'output_text', whole: 'text', place: { content_index: 0 } },
    part: { type: 'content_part', begun: { ...whole, text: '' }, whole },
  };
}

function call({ id, name, arguments: text }: Answer['toolCalls'][number]): ResponsesItem {
  const item = { id: `fc_${id}`, type: 'function_call', call_id: id, name };
  return {
    item: { ...item, status: 'completed', arguments: text },
    begun: { ...item, status: 'in_progress', arguments: '' },
    ...{ text, delta: 'function_call_arguments', whole: 'arguments', place: {} },
  };
}
