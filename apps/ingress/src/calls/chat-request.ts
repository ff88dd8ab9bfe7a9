import { isUtf8 } from 'node:buffer';
import { GatewayError, type Dialect } from '@tollgate/contracts';
import { scanObject } from '@tollgate/dialects';
import { checkStorable, isWellFormed } from '../http/storable-text.js';

/** Nesting that no honest request reaches and that no later parser chokes on. */
const MAX_DEPTH = 128;
const MAX_USER_LENGTH = 512;
/** Names are remembered in many places; a wildcard takes any. */
const MAX_MODEL_LENGTH = 1_024;

type Json = Readonly<Record<string, unknown>>;

/** A chat request, of either dialect, as far as ingress needs to know it. */
export interface ChatRequest {
  readonly dialect: Dialect;
  /** The body for the provider: as it came, without a byte order mark. */
  readonly bytes: Buffer;
  readonly body: Record<string, unknown>;
  readonly model: string;
  readonly stream: boolean;
  readonly includeUsage: boolean;
  readonly endUser: string | null;
}

/**
 * Reads and checks the body of a chat request. `pathModel` counts when the body names no model. Of a repeated member
 * the last counts, here and wherever the body is edited. Throws `invalid_json` or `invalid_request` naming the field.
 */
export function readChatRequest(received: unknown, dialect: Dialect, pathModel: string | null): ChatRequest {
  const bytes = withoutMark(received);
  const body = parse(bytes);
  const model = body['model'] ?? pathModel;
  if (typeof model !== 'string' || model === '')
    throw invalid('model', "'model' is required: the name of a model, a string");
  if (model.length > MAX_MODEL_LENGTH)
    throw invalid('model', `'model' must be a name of at most ${MAX_MODEL_LENGTH} characters`);
  if (!isWellFormed(model)) throw invalid('model', "'model' must be well-formed Unicode");
  if (!Array.isArray(body['messages']) || body['messages'].length === 0)
    throw invalid('messages', "'messages' is required: a list of at least one message");
  const stream = flag(body['stream'], 'stream');
  const wants = dialect === 'anthropic-messages' ? wantsOfMessages(body) : wantsOfChat(body);
  return { dialect, bytes, body, model, stream, ...wants };
}

export const invalid = (param: string, message: string): GatewayError =>
  new GatewayError('invalid_request', message, { param });

/** A boolean field; absent and null are false. */
export function flag(value: unknown, param: string): boolean {
  if (value === undefined || value === null) return false;
  if (typeof value !== 'boolean') throw invalid(param, `'${param}' must be true or false`);
  return value;
}

function withoutMark(received: unknown): Buffer {
  const bytes = Buffer.isBuffer(received) ? received : Buffer.alloc(0);
  const marked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  return marked ? bytes.subarray(3) : bytes;
}

function parse(bytes: Buffer): Record<string, unknown> {
  if (!isUtf8(bytes)) throw badJson('it is not valid UTF-8');
  try {
    // The depth is checked on the bytes, before anything is built from them.
    scanObject(bytes, { maxDepth: MAX_DEPTH });
    return JSON.parse(bytes.toString('utf8')) as Record<string, unknown>;
  } catch (cause) {
    if (cause instanceof GatewayError)
      throw new GatewayError(cause.code, cause.message, { param: 'request_body', cause });
    // V8's message quotes the body, which may hold anything: it stays in `cause`.
    throw badJson('see its syntax', cause);
  }
}

const badJson = (reason: string, cause?: unknown): GatewayError =>
  new GatewayError('invalid_json', `The body is not valid JSON: ${reason}`, { param: 'request_body', cause });

type Wants = Pick<ChatRequest, 'includeUsage' | 'endUser'>;

const wantsOfChat = (body: Json): Wants => ({
  includeUsage: includeUsage(body),
  endUser: endUser(body['user'], 'user'),
});

/** Anthropic's streams always tell their usage; the end user is `metadata.user_id`. */
function wantsOfMessages(body: Json): Wants {
  const metadata = body['metadata'] ?? {};
  if (typeof metadata !== 'object') throw invalid('metadata', "'metadata' must be an object");
  return { includeUsage: true, endUser: endUser((metadata as Json)['user_id'], 'metadata.user_id') };
}

function includeUsage(body: Json): boolean {
  const options = body['stream_options'];
  if (options === undefined || options === null) return false;
  if (typeof options !== 'object') throw invalid('stream_options', "'stream_options' must be an object");
  return flag((options as Json)['include_usage'], 'stream_options.include_usage');
}

function endUser(user: unknown, param: string): string | null {
  if (user === undefined || user === null || user === '') return null;
  if (typeof user !== 'string' || user.length > MAX_USER_LENGTH)
    throw invalid(param, `'${param}' must be a string of at most ${MAX_USER_LENGTH} characters`);
  checkStorable({ [param]: user });
  return user;
}
