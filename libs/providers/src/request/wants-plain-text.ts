import { asksPlainText, scanObject, type Json } from '@tollgate/dialects';

const FORMAT_FIELDS = ['response_format', 'output_format', 'output_config'] as const;

/** The client's body, in whatever dialect, asks for text of no prescribed form. Reads nothing else of it. */
export function wantsPlainText(body: Uint8Array): boolean {
  const members = scanObject(body);
  const request: Json = {};
  for (const name of FORMAT_FIELDS) {
    const member = members.get(name);
    if (member === undefined) continue;
    request[name] = JSON.parse(Buffer.from(body.subarray(member.valueStart, member.valueEnd)).toString());
  }
  return asksPlainText(request);
}
