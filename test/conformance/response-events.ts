import type { Json } from '@tollgate/dialects';

interface NamedEvent {
  readonly event: string | null;
  readonly payload: Json;
}

/**
 * The response that a stream's events make, put together as OpenAI's clients do. Checks their order on the way: numbers without a
 * gap, items and parts that begin before their deltas and end after them, texts that are the sum of their deltas.
 */
export function checkResponseEvents(events: readonly NamedEvent[]): Json {
  const open = new Map<unknown, OpenItem>();
  const output: Json[] = [];
  events.forEach(({ event, payload }, index) => {
    expect(event).toBe(payload['type']);
    expect(payload['sequence_number']).toBe(index);
    applyEvent(payload, open, output);
  });
  const types = events.map(({ payload }) => payload['type']);
  expect(types.slice(0, 2)).toEqual(['response.created', 'response.in_progress']);
  expect(types.at(-1)).toMatch(/^response\.(completed|incomplete)$/);
  expect(open.size).toBe(0);
  const response = events.at(-1)?.payload['response'] as Json;
  expect(response['output']).toEqual(output);
  return response;
}

interface OpenItem {
  readonly item: Json;
  text: string;
  readonly parts: Json[];
}

function applyEvent(payload: Json, open: Map<unknown, OpenItem>, output: Json[]): void {
  const { type, output_index: place } = payload;
  if (type === 'response.output_item.added') {
    expect(open.has(place)).toBe(false);
    open.set(place, { item: payload['item'] as Json, text: '', parts: [] });
    return;
  }
  if (place === undefined) return;
  const known = open.get(place);
  expect(known).toBeDefined();
  if (known === undefined) return;
  if (type === 'response.output_item.done') {
    const item = payload['item'] as Json;
    expect(item['id']).toBe(known.item['id']);
    if (item['type'] === 'message') expect(item['content']).toEqual(known.parts);
    output[place as number] = item;
    open.delete(place);
    return;
  }
  expect(payload['item_id']).toBe(known.item['id']);
  applyText(payload, known);
}

function applyText(payload: Json, known: OpenItem): void {
  const type = String(payload['type']);
  if (type.endsWith('part.added')) known.text = '';
  else if (type.endsWith('.delta')) known.text += String(payload['delta']);
  else if (type === 'response.content_part.done') {
    expect(payload['content_index']).toBe(known.parts.length);
    known.parts.push(payload['part'] as Json);
  } else if (type.endsWith('.done') && !type.endsWith('part.done')) {
    const whole = payload['text'] ?? payload['refusal'] ?? payload['arguments'] ?? payload['input'];
    expect(whole).toBe(known.text);
  }
}
