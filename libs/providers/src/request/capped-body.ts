import { scanObject, spliceObject, type ObjectMembers } from '@tollgate/dialects';
import type { Provider } from '../provider.js';

const CHAT_FIELDS = ['max_completion_tokens', 'max_tokens'] as const;

/**
 * The body with answers of at most so many tokens in all: what the client wants, if that is less, else the cap in the
 * provider's own field. `n` answers share it.
 */
export function cappedBody(body: Uint8Array, provider: Provider, maxOutputTokens: number): Uint8Array {
  const members = scanObject(body);
  const number = (name: string): number | undefined => numberAt(body, members, name);
  const isChat = provider.dialect === 'openai-chat';
  const answers = isChat ? Math.max(1, number('n') ?? 1) : 1;
  const cap = Math.max(1, Math.floor(maxOutputTokens / answers));
  const sent = isChat ? CHAT_FIELDS.find((name) => members.has(name)) : undefined;
  const field = sent ?? provider.outputCapField;
  const wanted = number(field);
  if (wanted !== undefined && wanted <= cap) return body;
  return spliceObject(body, { [field]: String(cap) });
}

function numberAt(body: Uint8Array, members: ObjectMembers, name: string): number | undefined {
  const member = members.get(name);
  if (member === undefined) return undefined;
  const value = Number(Buffer.from(body.subarray(member.valueStart, member.valueEnd)).toString());
  return Number.isFinite(value) ? value : undefined;
}
