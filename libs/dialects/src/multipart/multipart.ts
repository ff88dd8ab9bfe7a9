import { GatewayError } from '@tollgate/contracts';

/** One part of a form: where its content is in the body. */
export interface FormPart {
  readonly name: string;
  /** Null: it is no file. */
  readonly filename: string | null;
  readonly contentType: string | null;
  readonly start: number;
  readonly end: number;
}

/** More parts than any API takes. */
const MAX_PARTS = 1_000;
const MAX_HEADER_BYTES = 16 * 1024;
const HEADERS_END = Buffer.from('\r\n\r\n');

/** The boundary of a `multipart/form-data` content type; null for any other type. Throws `invalid_request` where it has none. */
export function boundaryOf(contentType: string): string | null {
  if (!/^multipart\/form-data\s*(?:;|$)/i.test(contentType)) return null;
  const match = /;\s*boundary=(?:"([^"]{1,200})"|([^\s;"]{1,200}))/i.exec(contentType);
  const boundary = match?.[1] ?? match?.[2];
  if (boundary === undefined) throw bad('its content type names no boundary');
  return boundary;
}

/** The parts of a form, in order (RFC 7578). Throws `invalid_request`. */
export function scanMultipart(body: Buffer, boundary: string): FormPart[] {
  const delimiter = Buffer.from(`--${boundary}`);
  const next = Buffer.from(`\r\n--${boundary}`);
  let at = body.indexOf(delimiter);
  if (at < 0) throw bad('its boundary does not occur in it');
  at += delimiter.length;
  const parts: FormPart[] = [];
  while (!isLast(body, at)) {
    const headersAt = body.indexOf('\r\n', at) + 2;
    const headersEnd = body.indexOf(HEADERS_END, at);
    if (headersAt < 2 || headersEnd < 0 || headersEnd - headersAt > MAX_HEADER_BYTES)
      throw bad('a part has no end of its headers');
    const start = headersEnd + HEADERS_END.length;
    const end = body.indexOf(next, start - 2);
    if (end < 0) throw bad('its last part has no end');
    parts.push(partOf(body.toString('utf8', headersAt, headersEnd), { start, end: Math.max(start, end) }));
    if (parts.length > MAX_PARTS) throw bad(`it has more than ${MAX_PARTS} parts`);
    at = end + next.length;
  }
  return parts;
}

const isLast = (body: Buffer, at: number): boolean => body[at] === DASH && body[at + 1] === DASH;
const DASH = 0x2d;
const LINE_END_BYTES = 2;

function partOf(headers: string, place: Pick<FormPart, 'start' | 'end'>): FormPart {
  const disposition = /^content-disposition:(.*)$/im.exec(headers)?.[1] ?? '';
  const name = parameterOf(disposition, 'name');
  if (name === null) throw bad('a part has no name');
  const contentType = /^content-type:\s*(.*?)\s*$/im.exec(headers)?.[1] ?? null;
  return { name, filename: parameterOf(disposition, 'filename'), contentType, ...place };
}

/** Browsers and SDKs write quotes in names as %22 or with a backslash. */
function parameterOf(disposition: string, parameter: string): string | null {
  const match = new RegExp(`;\\s*${parameter}=(?:"((?:[^"\\\\]|\\\\.)*)"|([^\\s;]*))`, 'i').exec(disposition);
  return match === null ? null : (match[1] ?? match[2] ?? '');
}

/** The form with the texts of some fields changed, added where there is none, or (undefined) left out; every other byte as it came. */
export function spliceMultipart(
  body: Buffer,
  boundary: string,
  edits: Readonly<Record<string, string | undefined>>,
): Buffer {
  const pieces: Uint8Array[] = [];
  const written = new Set<string>();
  const delimiter = `--${boundary}\r\n`;
  const parts = scanMultipart(body, boundary);
  let from = body.indexOf(`--${boundary}`) + delimiter.length;
  for (const { name, filename, start, end } of parts) {
    const headersAt = from;
    from = end + LINE_END_BYTES + delimiter.length;
    const isEdited = filename === null && Object.hasOwn(edits, name);
    if (isEdited && (edits[name] === undefined || written.has(name))) continue;
    pieces.push(Buffer.from(delimiter), body.subarray(headersAt, start));
    pieces.push(isEdited ? Buffer.from(edits[name] ?? '') : body.subarray(start, end), Buffer.from('\r\n'));
    if (isEdited) written.add(name);
  }
  for (const [name, text] of Object.entries(edits)) {
    if (text === undefined || written.has(name)) continue;
    pieces.push(Buffer.from(`${delimiter}content-disposition: form-data; name="${name}"\r\n\r\n${text}\r\n`));
  }
  pieces.push(Buffer.from(`--${boundary}--\r\n`));
  return Buffer.concat(pieces);
}

const bad = (reason: string): GatewayError =>
  new GatewayError('invalid_request', `The body is not a valid form: ${reason}`, { param: 'request_body' });
