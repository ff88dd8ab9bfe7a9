import { isUtf8 } from 'node:buffer';
import { GatewayError, type Dialect, type NativeRequest } from '@tollgate/contracts';
import { boundaryOf, scanMultipart, scanObject } from '@tollgate/dialects';
import { isWellFormed } from '../http/storable-text.js';
import { flag, invalid } from './request-fields.js';
import { ruleOf, type Json } from './request-rules.js';

/** Nesting that no honest request reaches and that no later parser chokes on. */
const MAX_DEPTH = 128;
/** Names are remembered in many places; a wildcard takes any. */
const MAX_MODEL_LENGTH = 1_024;

/** Which way a call came in: the caller's dialect, and what its path says. */
export interface Door {
  readonly dialect: Dialect;
  /** Counts when the body names no model. */
  readonly pathModel?: string | undefined;
  /** Of dialects whose path tells whether the answer is streamed. */
  readonly stream?: boolean;
  /** A stream is told as one JSON array. */
  readonly isArray?: boolean;
}

/** A request for an answer of a model, of any dialect, as far as ingress needs to know it. */
export interface CallRequest {
  readonly dialect: Dialect;
  /** The body for the provider: as it came, without a byte order mark. */
  readonly bytes: Buffer;
  /** Of a form: its fields that are no files. */
  readonly body: Record<string, unknown>;
  /** Of a form, with its boundary; absent: JSON. */
  readonly contentType?: string;
  /** Present: it goes to a provider's own API, as it came. */
  readonly native?: NativeRequest;
  /** The deployment that keeps what the request is about; absent: any may answer. */
  readonly deploymentId?: string;
  /** Of the client's headers those that the provider gets; absent: by the usual rules. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly model: string;
  readonly stream: boolean;
  /** A stream is told as one JSON array; absent: it is not. */
  readonly isArray?: boolean;
  readonly includeUsage: boolean;
  readonly endUser: string | null;
}

/**
 * Reads and checks the body of a request. Of a repeated member the last counts, here and wherever the body is edited. Throws
 * `invalid_json` or `invalid_request` naming the field.
 */
export function readCallRequest(received: unknown, door: Door, contentType?: string): CallRequest {
  const { dialect } = door;
  const bytes = withoutMark(received);
  const boundary = contentType === undefined ? null : boundaryOf(contentType);
  const body = boundary === null ? parse(bytes) : formFields(bytes, boundary);
  const rule = ruleOf(dialect);
  const model = modelOf(body, door);
  rule.check(body);
  const stream =
    rule.stream === 'path' ? door.stream === true : flag(body['stream'] ?? rule.stream, 'stream');
  const asked: Mutable<CallRequest> = {
    dialect,
    bytes,
    body,
    model,
    stream,
    includeUsage: rule.includeUsage(body),
    endUser: rule.endUser(body),
  };
  if (door.isArray === true) asked.isArray = true;
  if (boundary !== null && contentType !== undefined) asked.contentType = contentType;
  return asked;
}

type Mutable<Type> = { -readonly [Key in keyof Type]: Type[Key] };

function modelOf(body: Json, { pathModel, dialect }: Door): string {
  const model = body['model'] ?? pathModel ?? ruleOf(dialect).defaultModel;
  if (typeof model !== 'string' || model === '')
    throw invalid('model', "'model' is required: the name of a model, a string");
  if (model.length > MAX_MODEL_LENGTH)
    throw invalid('model', `'model' must be a name of at most ${MAX_MODEL_LENGTH} characters`);
  if (!isWellFormed(model)) throw invalid('model', "'model' must be well-formed Unicode");
  return model;
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

/** Texts as they stand; of a file that it is there. */
function formFields(bytes: Buffer, boundary: string): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const { name, filename, start, end } of scanMultipart(bytes, boundary))
    fields[name] = filename === null ? textOf(bytes, { name, start, end }) : { filename, bytes: end - start };
  if (fields['stream'] !== undefined) fields['stream'] = fields['stream'] === 'true';
  return fields;
}

interface Place {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** Larger than any field that is no file needs to be. */
const MAX_TEXT_BYTES = 1024 * 1024;

function textOf(bytes: Buffer, { name, start, end }: Place): string {
  if (end - start > MAX_TEXT_BYTES) throw invalid(name, `'${name}' is longer than a form's text may be`);
  return bytes.toString('utf8', start, end);
}
