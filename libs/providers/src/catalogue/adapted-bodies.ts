import { scanMultipart, type Json, type Refusals } from '@tollgate/dialects';

export const jsonOf = (body: Uint8Array): Json =>
  JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString()) as Json;

/** The texts of a form by their names, without its files; of a name that comes again the last. */
export function formTexts(form: Buffer, boundary: string): Record<string, string> {
  const texts = scanMultipart(form, boundary).filter(({ filename }) => filename === null);
  return Object.fromEntries(texts.map(({ name, start, end }) => [name, form.toString('utf8', start, end)]));
}

/** Refuses those of the fields that are there. */
export function refuseFields(fields: Readonly<Record<string, unknown>>, refusals: Refusals): void {
  for (const [name, value] of Object.entries(fields))
    if (value !== undefined && value !== null && value !== '') refusals.refuse(name);
}
