import { createHash, type Hash } from 'node:crypto';

type Json = Readonly<Record<string, unknown>>;

/** About 1,024 tokens: the least that providers keep in a cache, and enough to know a prompt by. */
const ENOUGH_CHARACTERS = 4_096;
/** More than this is not hashed, wherever the caller's marks are. */
const MOST_CHARACTERS = 65_536;

export const ENOUGH_TOKENS = ENOUGH_CHARACTERS / 4;

/**
 * A hash of how a prompt begins, in the order in which providers cache it: tools, system, messages. It ends at the first mark
 * (`cache_control`) behind which there is enough to be cached, at the last one of a short prompt, and without marks after the
 * first 4 KB: so it stays the same while a conversation grows and its last mark moves.
 */
export function promptPrefix(body: Json, cacheMarked: boolean): string {
  const prefix = new Prefix(cacheMarked ? MOST_CHARACTERS : ENOUGH_CHARACTERS);
  addTools(prefix, body['tools']);
  addContent(prefix, body['system']);
  const messages = Array.isArray(body['messages']) ? (body['messages'] as unknown[]) : [];
  for (const message of messages) {
    if (prefix.complete) break;
    if (!isObject(message)) continue;
    addContent(prefix, message['content']);
    if (isMarked(message)) prefix.mark();
  }
  return prefix.digest();
}

function addTools(prefix: Prefix, tools: unknown): void {
  if (!Array.isArray(tools) || tools.length === 0) return;
  prefix.add(JSON.stringify(tools));
  if (tools.some(isMarked)) prefix.mark();
}

function addContent(prefix: Prefix, content: unknown): void {
  if (typeof content === 'string') prefix.add(content);
  if (!Array.isArray(content)) return;
  for (const part of content as unknown[]) {
    if (prefix.complete) return;
    if (!isObject(part)) continue;
    const text = part['text'] ?? part['type'];
    if (typeof text === 'string') prefix.add(text);
    if (isMarked(part)) prefix.mark();
  }
}

class Prefix {
  complete = false;
  private readonly hash = createHash('sha256');
  private atLastMark: Hash | null = null;
  private characters = 0;

  constructor(private readonly most: number) {}

  add(text: string): void {
    const taken = text.slice(0, this.most - this.characters);
    // The separator keeps "ab", "c" and "a", "bc" apart.
    this.hash.update(taken).update('\0');
    this.characters += taken.length;
    if (this.characters >= this.most) this.complete = true;
  }

  mark(): void {
    if (this.characters >= ENOUGH_CHARACTERS) this.complete = true;
    else this.atLastMark = this.hash.copy();
  }

  digest(): string {
    const hash = this.complete ? this.hash : (this.atLastMark ?? this.hash);
    return hash.digest('hex').slice(0, 32);
  }
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isMarked = (value: unknown): boolean =>
  isObject(value) && value['cache_control'] !== undefined && value['cache_control'] !== null;
