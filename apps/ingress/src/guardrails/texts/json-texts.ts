import { keyScope, TOP, type Scope } from './text-keys.js';

/** A text within JSON. */
export interface JsonText {
  /** Where its string stands in the source, quotes included. */
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly path: readonly (string | number)[];
  /** It is JSON itself: what is put into it has to be escaped once more. */
  readonly isJson: boolean;
  /** Who says it, as far as the JSON around it tells. */
  role: string | null;
  /** Of a thought that is signed, or may be at its end: its provider checks that it comes back as it went out. */
  isSealed: boolean;
}

const THOUGHT_TYPES = new Set([
  'thinking',
  'thinking_delta',
  'reasoning',
  'reasoning_text',
  'reasoning.text',
]);
const THOUGHT_KEYS = new Set(['reasoningContent', 'reasoning_details', 'thinking_blocks']);
const SEALS = new Set(['signature', 'encrypted_content']);

/** The texts of valid JSON, in order, found below these members of the outermost object. */
export function jsonTexts(source: string, roots: ReadonlySet<string>): JsonText[] {
  const walk = new Walk(source, roots);
  walk.value(TOP, null);
  return walk.found;
}

/** The source with other texts in their places; every other character stays as it is. */
export function withTexts(source: string, texts: readonly JsonText[], others: readonly string[]): string {
  let written = '';
  let from = 0;
  for (const [index, { start, end, text }] of texts.entries()) {
    const other = others[index] ?? text;
    if (other === text) continue;
    written += source.slice(from, start) + JSON.stringify(other);
    from = end;
  }
  return from === 0 ? source : written + source.slice(from);
}

/** What an object says of itself. */
interface Described {
  readonly type: string;
  readonly role: string | null;
  readonly hasSeal: boolean;
}

const isThought = ({ path }: JsonText, type: string): boolean =>
  THOUGHT_TYPES.has(type) || path.some((key) => typeof key === 'string' && THOUGHT_KEYS.has(key));

const SPACE = /[ \t\r\n]*/y;
const LITERAL = /[^\s,\]}:"[{]+/y;

class Walk {
  readonly found: JsonText[] = [];
  private at = 0;
  /** Texts, if the object that they are in is one. */
  private readonly data = new Set<JsonText>();
  private readonly path: (string | number)[] = [];

  constructor(
    private readonly source: string,
    private readonly roots: ReadonlySet<string>,
  ) {}

  /** The value that begins here; returns it where it is a string. */
  value(scope: Scope, role: string | null): string | null {
    this.space();
    switch (this.source[this.at]) {
      case '{':
        this.object(scope, role);
        return null;
      case '[':
        this.list(scope, role);
        return null;
      case '"':
        return this.string(scope, role);
      default:
        this.literal();
        return null;
    }
  }

  private object(scope: Scope, around: string | null): void {
    const first = this.found.length;
    const own = { type: '', role: around, hasSeal: false };
    this.members('}', () => {
      const key = this.key();
      this.path.push(key);
      const inner = keyScope(scope, key, this.roots);
      const said = this.value(inner, inner.role ?? around);
      this.path.pop();
      if (key === 'type' && said !== null) own.type = said;
      if (key === 'role' && said !== null) own.role = said;
      if (SEALS.has(key) && said !== null) own.hasSeal = true;
    });
    if (this.found.length > first) this.closed(first, own);
  }

  /** What an object turns out to be tells of the texts in it: its type may come last. */
  private closed(first: number, { type, role, hasSeal }: Described): void {
    for (const text of this.found.splice(first)) {
      const isData = this.data.delete(text);
      if (isData && type !== 'text' && !text.path.includes('document')) continue;
      text.role ??= role;
      text.isSealed ||= isThought(text, type) && (hasSeal || text.path.includes('delta'));
      this.found.push(text);
    }
  }

  private list(scope: Scope, role: string | null): void {
    let index = 0;
    this.members(']', () => {
      this.path.push(index);
      this.value(scope, role);
      this.path.pop();
      index += 1;
    });
  }

  private members(end: string, member: () => void): void {
    this.at += 1;
    for (;;) {
      this.space();
      const next = this.source[this.at];
      if (next === undefined) throw new SyntaxError('JSON ends too early');
      if (next === end) break;
      if (next === ',') this.at += 1;
      else member();
    }
    this.at += 1;
  }

  private key(): string {
    const start = this.at;
    this.at = stringEnd(this.source, start);
    const key = JSON.parse(this.source.slice(start, this.at)) as string;
    this.space();
    // The colon.
    this.at += 1;
    return key;
  }

  private string(scope: Scope, role: string | null): string | null {
    const start = this.at;
    const end = stringEnd(this.source, start);
    this.at = end;
    const key = this.path.at(-1);
    const isSeal = typeof key === 'string' && SEALS.has(key) && end > start + 2;
    const isNeeded = scope.isText || isSeal || key === 'type' || key === 'role';
    if (!isNeeded) return null;
    const text = JSON.parse(this.source.slice(start, end)) as string;
    if (!scope.isText || text === '') return text;
    const found = { start, end, text, path: [...this.path], isJson: scope.isJson, role, isSealed: false };
    this.found.push(found);
    if (scope.isData === true) this.data.add(found);
    return text;
  }

  /** A number, true, false or null. */
  private literal(): void {
    LITERAL.lastIndex = this.at;
    if (!LITERAL.test(this.source)) throw new SyntaxError('A value is missing');
    this.at = LITERAL.lastIndex;
  }

  private space(): void {
    SPACE.lastIndex = this.at;
    SPACE.test(this.source);
    this.at = SPACE.lastIndex;
  }
}

/** One past the closing quote. */
function stringEnd(source: string, start: number): number {
  for (let from = start + 1; ;) {
    const quote = source.indexOf('"', from);
    if (quote < 0) throw new SyntaxError('A string has no end');
    let slashes = 0;
    while (source[quote - 1 - slashes] === '\\') slashes += 1;
    if (slashes % 2 === 0) return quote + 1;
    from = quote + 1;
  }
}
