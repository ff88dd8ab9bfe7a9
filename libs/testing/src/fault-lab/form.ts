import type { Json } from './json.js';

/** Fields and files of a request by their names, whether it is a form or JSON; files are Buffers. Throws a TypeError for neither. */
export function fieldsOf(body: Buffer, contentType = ''): Json {
  const boundary = /^multipart\/form-data;.*boundary="?([^";]+)"?/i.exec(contentType)?.[1];
  if (boundary === undefined) return JSON.parse(body.toString('utf8')) as Json;
  // A byte is a character, so that no byte of a file is lost.
  const parts = body.toString('latin1').split(`--${boundary}`).slice(1, -1);
  if (parts.length === 0) throw new TypeError('The form has no parts');
  return Object.fromEntries(parts.map(fieldOf));
}

function fieldOf(part: string): [name: string, value: string | Buffer] {
  const headEnd = part.indexOf('\r\n\r\n');
  const head = part.slice(0, headEnd);
  const bytes = Buffer.from(part.slice(headEnd + 4, -2), 'latin1');
  const name = /\bname="([^"]*)"/i.exec(head)?.[1] ?? '';
  return [name, /\bfilename=/i.test(head) ? bytes : bytes.toString('utf8')];
}
