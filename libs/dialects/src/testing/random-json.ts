/** Random numbers in [0, 1) that repeat for a seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const PIECES = [
  'a',
  '"',
  '\\',
  '\n',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  'é',
  '漢',
  '😀',
  '\u0001',
  ' ',
  'data: ',
  '\\"',
];

export function randomText(random: () => number, most: number): string {
  const length = Math.floor(random() * most);
  return Array.from({ length }, () => PIECES[Math.floor(random() * PIECES.length)]).join('');
}

export function randomJson(random: () => number, depth: number): unknown {
  const dice = random();
  // What code that takes it for a text throws at.
  if (dice < 0.01) return { toString: 1 };
  if (dice < 0.03) return 'constructor';
  if (dice < 0.3) return randomText(random, dice < 0.05 ? 300 : 12);
  if (dice < 0.5) return Math.round((random() - 0.5) * 1e9) / 100;
  if (dice < 0.6) return random() < 0.5;
  if (dice < 0.65 || depth === 0) return null;
  if (dice < 0.8)
    return Array.from({ length: Math.floor(random() * 4) }, () => randomJson(random, depth - 1));
  return randomJsonObject(random, depth - 1);
}

export function randomJsonObject(random: () => number, depth: number): Record<string, unknown> {
  const length = Math.floor(random() * 6);
  const entries = Array.from({ length }, () => [
    random() < 0.03 ? '__proto__' : randomText(random, 6),
    randomJson(random, depth),
  ]);
  return Object.fromEntries(entries) as Record<string, unknown>;
}

/** JSON text of a value in one of its many spellings: random white space, characters escaped or not. */
export function spelled(value: unknown, random: () => number): string {
  const space = (): string =>
    random() < 0.7 ? '' : ([' ', '\n', '\t', '\r\n '][Math.floor(random() * 4)] ?? '');
  if (typeof value === 'string') {
    const plain = JSON.stringify(value);
    return random() < 0.8 ? plain : plain.replaceAll(/[a-z](?![0-9a-f"\\])/g, escaped);
  }
  if (typeof value !== 'object' || value === null) return `${space()}${JSON.stringify(value)}${space()}`;
  if (Array.isArray(value))
    return `${space()}[${space()}${value.map((item) => spelled(item, random)).join(',')}]${space()}`;
  const members = Object.entries(value).map(
    ([name, item]) =>
      `${space()}${JSON.stringify(name)}${space()}:${space()}${spelled(item, random)}${space()}`,
  );
  return `${space()}{${space()}${members.join(',')}}${space()}`;
}

const escaped = (letter: string, at: number, whole: string): string =>
  whole[at - 1] === '\\' ? letter : `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`;
