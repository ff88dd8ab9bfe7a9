import fc from 'fast-check';

/** One change of a JSON value, at a place found by counting through it. */
interface Edit {
  readonly at: number;
  readonly kind: 'delete' | 'replace' | 'duplicate' | 'rename' | 'wrap';
  readonly value: unknown;
}

/** One change of bytes. */
interface Damage {
  readonly at: number;
  readonly kind: 'cut' | 'insert' | 'drop' | 'flip' | 'repeat';
  readonly bytes: Uint8Array;
}

/** How a valid body is spoilt: as a value first, then as bytes. Often not at all. */
export interface Spoiling {
  readonly edits: readonly Edit[];
  readonly damages: readonly Damage[];
}

const nested = (levels: number): unknown =>
  Array.from({ length: levels }).reduce<unknown>(
    (inner, _, at) => (at % 2 === 0 ? [inner] : { a: inner }),
    1,
  );

/** What clients and providers really get wrong, and what parsers trip over. */
const ODD: readonly unknown[] = [
  ...[null, true, false, 0, -0, -1, 1.5, 1e308, -1e308, 5e-324, 2 ** 53, -(2 ** 63), 1e21],
  ...[
    '',
    ' ',
    '\0',
    '\ud800',
    'a\udc00b',
    '\ufeff',
    '__proto__',
    'constructor',
    'null',
    'é漢😀',
    '{"',
    '\r\n\r\n',
  ],
  ...[
    'x'.repeat(5_000),
    'data:image/png;base64,AAAA',
    'data:;base64,%%%',
    'http://[',
    'text',
    'user',
    'tool',
  ],
  ...[[], {}, [[]], [null], [{}], { type: 'text' }, { type: null }, { __proto__: null, toString: 1 }],
  ...[nested(20), nested(120), nested(400)],
];

const odd = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...ODD) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
);

const edit: fc.Arbitrary<Edit> = fc.record({
  at: fc.nat(),
  kind: fc.constantFrom('delete', 'replace', 'replace', 'duplicate', 'rename', 'wrap'),
  value: odd,
});

const BYTES = [
  '\0',
  '"',
  '{',
  '}',
  ']',
  ',',
  '\\',
  '\\ud800',
  '\n\n',
  '\r\n',
  'data: ',
  '\xff',
  '\xc3',
  '\ufeff',
];

const damage: fc.Arbitrary<Damage> = fc.record({
  at: fc.nat(),
  kind: fc.constantFrom('cut', 'insert', 'drop', 'flip', 'repeat'),
  bytes: fc.oneof(
    fc.constantFrom(...BYTES).map((text) => Buffer.from(text, 'latin1')),
    fc.uint8Array({ minLength: 1, maxLength: 8 }),
  ),
});

export const spoiling: fc.Arbitrary<Spoiling> = fc.record({
  edits: fc.array(edit, { maxLength: 4 }),
  damages: fc.oneof(
    { weight: 4, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(damage, { maxLength: 3 }) },
  ),
});

/** A copy of the value with the edits made, one after the other. */
export function edited(value: unknown, { edits }: Spoiling): unknown {
  const root: { readonly body: unknown } = { body: structuredClone(value) };
  for (const each of edits) {
    const places = placesIn(root);
    const place = places[each.at % places.length];
    // Its own copy: a later edit may be within it.
    if (place !== undefined) applyEdit(place, { ...each, value: structuredClone(each.value) });
  }
  return root.body;
}

interface Place {
  readonly parent: Record<string, unknown> | unknown[];
  readonly key: string;
}

function placesIn(value: unknown): Place[] {
  const places: Place[] = [];
  const rest = [value];
  for (let parent = rest.pop(); parent !== undefined && places.length < 10_000; parent = rest.pop()) {
    if (typeof parent !== 'object' || parent === null) continue;
    for (const [key, child] of Object.entries(parent)) {
      places.push({ parent: parent as Place['parent'], key });
      if (typeof child === 'object' && child !== null) rest.push(child);
    }
  }
  return places;
}

function applyEdit({ parent, key }: Place, { kind, value }: Edit): void {
  const before: unknown = Reflect.get(parent, key);
  switch (kind) {
    case 'delete':
      if (Array.isArray(parent)) parent.splice(Number(key), 1);
      else Reflect.deleteProperty(parent, key);
      break;
    case 'replace':
      set(parent, key, value);
      break;
    case 'duplicate':
      if (Array.isArray(parent)) parent.push(structuredClone(before));
      else set(parent, `${key}_2`, structuredClone(before));
      break;
    case 'rename':
      if (!Array.isArray(parent)) set(parent, typeof value === 'string' ? value : 'type', before);
      break;
    case 'wrap':
      set(parent, key, [before]);
  }
}

/** NOTE an assignment to `__proto__` would be none. */
function set(parent: Place['parent'], key: string, value: unknown): void {
  Object.defineProperty(parent, key, { value, enumerable: true, configurable: true, writable: true });
}

/** Nothing where there is nothing. */
export const jsonBytes = (value: unknown): Buffer =>
  Buffer.from(value === undefined ? '' : JSON.stringify(value));

/** The bytes with the damages done to them, one after the other. */
export function damaged(bytes: Uint8Array, { damages }: Spoiling): Buffer {
  let now = Buffer.from(bytes);
  for (const { at, kind, bytes: added } of damages) {
    const place = at % (now.length + 1);
    const [head, tail] = [now.subarray(0, place), now.subarray(place)];
    if (kind === 'cut') now = head;
    else if (kind === 'drop') now = Buffer.concat([head, tail.subarray(added.length)]);
    else if (kind === 'flip') now = Buffer.concat([head, added, tail.subarray(added.length)]);
    else if (kind === 'repeat') now = Buffer.concat([head, tail.subarray(0, 40), tail]);
    else now = Buffer.concat([head, added, tail]);
  }
  return now;
}

/** Splits bytes at places that the sizes give, again from the first one after the last. */
export function* pieces(bytes: Buffer, sizes: readonly number[]): Generator<Buffer> {
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? bytes.length;
    // Memory of its own, as a socket's buffer is used again.
    yield Buffer.from(bytes.subarray(at, at + size));
    at += size;
  }
}

/** Sizes of the pieces that a stream comes in: all at once, single bytes, and all between. */
export const splits = fc.oneof(
  fc.constant([Infinity]),
  fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 8 }),
  fc.array(fc.integer({ min: 1, max: 4_000 }), { minLength: 1, maxLength: 4 }),
);
