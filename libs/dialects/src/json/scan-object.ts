import { GatewayError } from '@tollgate/contracts';
import { indexOfStringEnd } from './scan-string.js';

/** Byte offsets of one member of an object. */
export interface ObjectMember {
  /** The opening quote of the name. */
  readonly memberStart: number;
  readonly valueStart: number;
  /** One past the last byte of the value. */
  readonly valueEnd: number;
  /** The comma or closing brace that follows. */
  readonly memberEnd: number;
}

interface NamedMember extends ObjectMember {
  readonly name: string;
}

export interface ScanOptions {
  /** Levels of objects and lists that are accepted, the outermost included. */
  readonly maxDepth?: number;
}

/** The top-level members of an object. */
export class ObjectMembers {
  /** `written`: every member as it stands there, repeated names too. `open`: offset of the opening brace. */
  constructor(
    readonly written: readonly NamedMember[],
    readonly open: number,
  ) {}

  /** Of a repeated name the last, as JSON.parse takes it. */
  get(name: string): ObjectMember | undefined {
    return this.written.findLast((member) => member.name === name);
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }
}

const DEFAULT_MAX_DEPTH = 128;

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** What a byte means outside strings; everything else is part of a number or literal. */
const PLAIN = 0;
const STRUCTURAL = 1;
const SPACE = 2;
const CLASS = new Uint8Array(256);
for (const byte of [QUOTE, COMMA, COLON, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT])
  CLASS[byte] = STRUCTURAL;
for (const byte of [0x20, 0x09, 0x0a, 0x0d]) CLASS[byte] = SPACE;

const invalid = (what: string, at: number): GatewayError =>
  new GatewayError('invalid_json', `The body is not valid JSON: ${what} at byte ${at}`);

/**
 * Finds the top-level members of a JSON object (UTF-8) without parsing the values; their inner syntax is checked
 * only as far as strings and brackets go.
 * Throws `invalid_json` when the text is not a JSON object, `invalid_request` when it nests deeper than `maxDepth`.
 */
export function scanObject(
  bytes: Uint8Array,
  { maxDepth = DEFAULT_MAX_DEPTH }: ScanOptions = {},
): ObjectMembers {
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const open = skipSpace(buffer, 0);
  if (buffer[open] !== OPEN_OBJECT) throw notAnObject(buffer, open);
  const members: NamedMember[] = [];
  let at = skipSpace(buffer, open + 1);
  if (buffer[at] !== CLOSE_OBJECT) {
    for (;;) {
      if (buffer[at] !== QUOTE) throw invalid('expected a member name', at);
      const nameEnd = indexOfStringEnd(buffer, at);
      if (nameEnd < 0) throw invalid('unterminated string', at);
      const colon = skipSpace(buffer, nameEnd);
      if (buffer[colon] !== COLON) throw invalid('expected a colon', colon);
      const valueStart = skipSpace(buffer, colon + 1);
      const valueEnd = skipValue(buffer, valueStart, maxDepth);
      const memberEnd = skipSpace(buffer, valueEnd);
      members.push({ name: nameOf(buffer, at, nameEnd), memberStart: at, valueStart, valueEnd, memberEnd });
      at = memberEnd;
      if (buffer[at] === CLOSE_OBJECT) break;
      if (buffer[at] !== COMMA) throw invalid('expected a comma or closing brace', at);
      at = skipSpace(buffer, at + 1);
    }
  }
  const rest = skipSpace(buffer, at + 1);
  if (rest < buffer.length) throw invalid('text after the closing brace', rest);
  return new ObjectMembers(members, open);
}

function notAnObject(buffer: Buffer, at: number): GatewayError {
  if (at >= buffer.length) return invalid('it is empty', at);
  const text = buffer.toString('utf8', at);
  try {
    JSON.parse(text);
  } catch {
    return invalid('expected an object', at);
  }
  return new GatewayError('invalid_request', 'The body must be a JSON object');
}

function nameOf(buffer: Buffer, start: number, end: number): string {
  const text = buffer.toString('utf8', start + 1, end - 1);
  if (!text.includes('\\')) return text;
  try {
    return JSON.parse(`"${text}"`) as string;
  } catch (cause) {
    throw new GatewayError(
      'invalid_json',
      `The body is not valid JSON: bad escape in a name at byte ${start}`,
      { cause },
    );
  }
}

function skipSpace(buffer: Buffer, from: number): number {
  let at = from;
  while (at < buffer.length && CLASS[buffer[at] ?? 0] === SPACE) at += 1;
  return at;
}

function skipValue(buffer: Buffer, start: number, maxDepth: number): number {
  const first = buffer[start];
  if (first === OPEN_OBJECT || first === OPEN_LIST) return skipNested(buffer, start, maxDepth);
  if (first === QUOTE) {
    const end = indexOfStringEnd(buffer, start);
    if (end < 0) throw invalid('unterminated string', start);
    return end;
  }
  let at = start;
  while (at < buffer.length && CLASS[buffer[at] ?? 0] === PLAIN) at += 1;
  if (at === start) throw invalid('expected a value', start);
  return at;
}

/** Skips a list or object. Kinds of open brackets are kept so that `[}` is refused here and not by the provider. */
function skipNested(buffer: Buffer, start: number, maxDepth: number): number {
  const closers: number[] = [];
  let at = start;
  for (;;) {
    const byte = buffer[at];
    if (byte === undefined) throw invalid('unterminated list or object', start);
    if (byte === QUOTE) {
      at = indexOfStringEnd(buffer, at);
      if (at < 0) throw invalid('unterminated string', start);
      continue;
    }
    if (byte === OPEN_OBJECT || byte === OPEN_LIST) {
      closers.push(byte === OPEN_OBJECT ? CLOSE_OBJECT : CLOSE_LIST);
      // The object around this value is one level itself.
      if (closers.length >= maxDepth) throw tooDeep(maxDepth);
    } else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) {
      if (closers.pop() !== byte) throw invalid('mismatched bracket', at);
      if (closers.length === 0) return at + 1;
    } else if (byte === BACKSLASH) throw invalid('unexpected backslash', at);
    at += 1;
  }
}

const tooDeep = (maxDepth: number): GatewayError =>
  new GatewayError('invalid_request', `The body nests deeper than ${maxDepth} levels`);
