import type { Dialect } from '@tollgate/contracts';
import type { Json, ObjectMembers } from '@tollgate/dialects';

/** Where a prompt is to be kept by the provider (LiteLLM's `cache_control_injection_points`). */
export interface CachePoint {
  /** `tools`: behind the last tool. */
  readonly at: 'message' | 'tools';
  /** Of messages: those of a role, or the one at an index, from the end where it is negative. */
  readonly role: string | null;
  readonly index: number | null;
  readonly control: Readonly<Record<string, unknown>>;
}

/** Anthropic refuses more, those of the caller included. */
const MOST_POINTS = 4;
const MARK = 'cache_control';
const FIELD = 'cache_control_injection_points';
const EPHEMERAL = { type: 'ephemeral' };

const MARKED: ReadonlySet<Dialect> = new Set(['openai-chat', 'anthropic-messages']);

/** Members of a request that are marked, or count. */
const READ = [FIELD, MARK, 'system', 'messages', 'tools'];

/** What marking changes of a body: members, and their texts instead. Nothing is parsed where there are no points. */
export function cachePointEdits(
  body: Uint8Array,
  members: ObjectMembers,
  dialect: Dialect,
  configured: readonly CachePoint[] = [],
): Readonly<Record<string, string>> {
  if (!MARKED.has(dialect) || (configured.length === 0 && !members.has(FIELD))) return NONE;
  const request: Json = {};
  for (const name of READ) {
    const member = members.get(name);
    if (member !== undefined) request[name] = parsed(body.subarray(member.valueStart, member.valueEnd));
  }
  const marked = markedRequest(request, pointsOf(request, configured));
  const changed = Object.keys(request).filter((name) => marked[name] !== request[name]);
  return Object.fromEntries(changed.map((name) => [name, JSON.stringify(marked[name])]));
}

const NONE = {};

const parsed = (bytes: Uint8Array): unknown =>
  JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString()) as unknown;

/** The caller's own points, else the deployment's. */
export function pointsOf(request: Json, configured: readonly CachePoint[] = []): readonly CachePoint[] {
  const own = request[FIELD];
  return Array.isArray(own) ? own.flatMap((point: unknown) => pointOf(point) ?? []) : configured;
}

/** What cannot be read marks nothing. */
function pointOf(point: unknown): CachePoint | null {
  if (typeof point !== 'object' || point === null) return null;
  const { location, role, index, control } = point as Json;
  return {
    at: location === 'tool_config' ? 'tools' : 'message',
    role: typeof role === 'string' ? role : null,
    index: Number.isInteger(Number(index ?? Number.NaN)) ? Number(index) : null,
    control: typeof control === 'object' && control !== null ? (control as Json) : EPHEMERAL,
  };
}

/** A request of chat, or of Anthropic's, with its points marked: the last ones, as far as the provider takes so many. */
export function markedRequest(request: Json, points: readonly CachePoint[]): Json {
  const marked = { ...request };
  let left = MOST_POINTS - marksIn(request);
  for (const point of points) {
    for (const place of placesOf(marked, point)) {
      if (left <= 0) return marked;
      if (place.mark(point.control)) left -= 1;
    }
  }
  return marked;
}

/** A place that can be marked once; false: it is already, or holds nothing. */
interface MarkPlace {
  mark(control: CachePoint['control']): boolean;
}

function placesOf(request: Json, { at, role, index }: CachePoint): MarkPlace[] {
  if (at === 'tools') return [lastOf(request, 'tools')];
  const messages = messagesOf(request);
  if (index !== null) {
    const found = index < 0 ? messages.length + index : index;
    return found in messages ? [messageAt(request, found)] : [];
  }
  const system = role === 'system' && request['system'] !== undefined ? [lastOf(request, 'system')] : [];
  const ofRole = [...messages.keys()].filter((place) => messages[place]?.['role'] === role).reverse();
  return [...ofRole.map((place) => messageAt(request, place)), ...system];
}

const messagesOf = ({ messages }: Json): readonly Json[] =>
  Array.isArray(messages) ? (messages as Json[]) : [];

const messageAt = (request: Json, place: number): MarkPlace => ({
  mark(control) {
    const message = { ...messagesOf(request)[place] };
    const isMarked = lastOf(message, 'content').mark(control);
    if (isMarked) request['messages'] = messagesOf(request).with(place, message);
    return isMarked;
  },
});

/** The last item of a list; a text becomes a list of one part. */
const lastOf = (owner: Json, name: string): MarkPlace => ({
  mark(control) {
    const value = owner[name];
    const items = typeof value === 'string' && value !== '' ? [{ type: 'text', text: value }] : value;
    if (!Array.isArray(items)) return false;
    const last = items.at(-1) as unknown;
    if (typeof last !== 'object' || last === null || MARK in last) return false;
    owner[name] = [...(items.slice(0, -1) as unknown[]), { ...last, [MARK]: control }];
    return true;
  },
});

function marksIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const own = MARK in value ? 1 : 0;
  return Object.values(value).reduce<number>((sum, inner) => sum + marksIn(inner), own);
}
