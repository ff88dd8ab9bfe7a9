import type { Json } from '../../json/json.js';
import { addThinking } from '../thinking-pieces.js';

/** The chat message that the deltas of a candidate make. */
export function messageOfDeltas(deltas: readonly Json[]): Json {
  const content = joined(deltas, 'content');
  const reasoning = joined(deltas, 'reasoning_content');
  const calls = listed(deltas, 'tool_calls').map(({ index: _index, ...call }) => call);
  const lists = {
    thinking_blocks: blocksOf(listed(deltas, 'thinking_blocks')),
    tool_calls: calls,
    images: listed(deltas, 'images'),
    annotations: listed(deltas, 'annotations'),
  };
  const audio = deltas.map((delta) => delta['audio']).findLast((each) => each !== undefined);
  return {
    role: 'assistant',
    content: content === '' && (calls.length > 0 || lists.images.length > 0) ? null : content,
    refusal: deltas.findLast(({ refusal }) => refusal !== undefined)?.['refusal'] ?? null,
    ...(reasoning !== '' && { reasoning_content: reasoning }),
    ...Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0)),
    ...(audio !== undefined && { audio }),
  };
}

const joined = (deltas: readonly Json[], name: string): string =>
  deltas.map(({ [name]: text }) => (typeof text === 'string' ? text : '')).join('');

const listed = (deltas: readonly Json[], name: string): Json[] =>
  deltas.flatMap((delta) => (delta[name] ?? []) as Json[]);

function blocksOf(pieces: readonly Json[]): Json[] {
  const blocks: Json[] = [];
  addThinking(blocks, pieces);
  return blocks;
}
