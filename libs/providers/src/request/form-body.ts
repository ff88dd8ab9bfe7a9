import { GatewayError } from '@tollgate/contracts';
import { boundaryOf, isOwnField, scanMultipart, spliceMultipart } from '@tollgate/dialects';
import type { BodyQuery } from './pass-through-body.js';
import { isApplicable } from './request-options.js';

/** A client's form for a provider of the same dialect: its texts edited as members of a JSON body are, its files as they came. */
export function formBody(body: Uint8Array, contentType: string, { model, options }: BodyQuery): Uint8Array {
  const boundary = boundaryOf(contentType);
  if (boundary === null) throw new GatewayError('internal', 'Internal server error');
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const names = new Set(scanMultipart(bytes, boundary).map(({ name }) => name));
  const edits: Record<string, string | undefined> = {};
  for (const name of names) {
    if (isOwnField(name) || options.additionalDropParams.includes(name)) edits[name] = undefined;
  }
  const wishes = [
    ...Object.entries(options.defaults).filter(([name]) => isApplicable(name, (field) => names.has(field))),
    ...Object.entries(options.extraBody),
  ];
  for (const [name, value] of wishes) edits[name] = textOf(value);
  return spliceMultipart(bytes, boundary, { ...edits, model });
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
