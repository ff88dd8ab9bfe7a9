import type { Dialect } from '@tollgate/contracts';
import { scanObject, spliceObject, type Json, type ObjectMember } from '@tollgate/dialects';
import { isJson } from '../response/parse-payload.js';
import { capsOf } from './dialect-bodies.js';

export interface Cap {
  readonly dialect: Dialect;
  /** Tokens of all answers together. */
  readonly maxOutputTokens: number;
  /** The member that is set in a chat request that has none. */
  readonly chatField: string;
}

/**
 * The body with answers of at most so many tokens in all: what the client wants, if that is less, else the cap in the dialect's
 * own field. `n` answers of a chat request share it.
 */
export function cappedBody(body: Uint8Array, { dialect, maxOutputTokens, chatField }: Cap): Uint8Array {
  const members = scanObject(body);
  const at = (name: string): unknown => valueOf(body, members.get(name));
  const isChat = dialect === 'openai-chat';
  const answers = isChat ? Math.max(1, numberIn(at('n')) ?? 1) : 1;
  const cap = Math.max(1, Math.floor(maxOutputTokens / answers));
  const paths = capsOf(dialect);
  const sent = paths.find(([name = '']) => members.has(name));
  const [name, inner] = sent ?? (isChat ? [chatField] : (paths.at(-1) ?? []));
  if (name === undefined) return body;
  const outer = at(name);
  const object: Json = isJson(outer) ? outer : {};
  const wanted = numberIn(inner === undefined ? outer : object[inner]);
  if (wanted !== undefined && wanted <= cap && !isEndless(wanted, dialect)) return body;
  const text = inner === undefined ? String(cap) : JSON.stringify({ ...object, [inner]: cap });
  return spliceObject(body, { [name]: text }, members);
}

/** Ollama's -1 and -2 are no bound. */
const isEndless = (wanted: number, dialect: Dialect): boolean => wanted < 0 && dialect.startsWith('ollama-');

function valueOf(body: Uint8Array, member: ObjectMember | undefined): unknown {
  if (member === undefined) return undefined;
  return JSON.parse(Buffer.from(body.subarray(member.valueStart, member.valueEnd)).toString()) as unknown;
}

const numberIn = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined;
