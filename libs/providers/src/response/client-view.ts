import type { Dialect, PartialAnswer } from '@tollgate/contracts';
import {
  ContinuedChatStream,
  ContinuedMessageStream,
  ServedChat,
  ServedMessage,
  SseDecoder,
  encodeSse,
  parseEvent,
  seamOf,
  type Json,
  type Prefill,
  type ServedText,
} from '@tollgate/dialects';
import type { StreamRelay } from './stream-relay.js';

/** How the client's stream began, before the attempt whose answer is relayed. */
export interface Beginning {
  readonly partial: PartialAnswer;
  /** How the model was told of it. */
  readonly providerDialect: Dialect;
  readonly prefill: Prefill;
}

/** A relay whose output goes on where the client's stream broke off. */
export function continuedRelay(
  relay: StreamRelay,
  dialect: Dialect,
  { partial, providerDialect, prefill }: Beginning,
): StreamRelay {
  const seam = seamOf(partial.text, providerDialect, prefill);
  const isChat = dialect === 'openai-chat';
  const stream = isChat ? new ContinuedChatStream(partial, seam) : new ContinuedMessageStream(partial, seam);
  const decoder = new SseDecoder();
  const encode = (payload: Json): Uint8Array =>
    encodeSse(JSON.stringify(payload), isChat ? undefined : String(payload['type']));
  const edit = (bytes: Uint8Array | null): Uint8Array | null => {
    if (bytes === null) return null;
    const parts = decoder.push(bytes).flatMap((event) => {
      const payload = parseEvent(event);
      return payload === null ? [event.raw] : stream.push(payload).map(encode);
    });
    return parts.length === 0 ? null : Buffer.concat(parts);
  };
  return { observer: relay.observer, push: (event) => edit(relay.push(event)), end: () => edit(relay.end()) };
}

/** A relay that keeps in mind what its client gets. `partial`: what the client had before. */
export function keptRelay(
  relay: StreamRelay,
  dialect: Dialect,
  partial: PartialAnswer | undefined,
): { readonly relay: StreamRelay; readonly text: ServedText } {
  const now = Math.floor(Date.now() / 1000);
  const text = dialect === 'openai-chat' ? new ServedChat(partial, now) : new ServedMessage(partial, now);
  const decoder = new SseDecoder();
  const keep = (bytes: Uint8Array | null): Uint8Array | null => {
    if (bytes === null) return null;
    for (const event of decoder.push(bytes)) {
      const payload = parseEvent(event);
      if (payload !== null) text.observe(payload);
    }
    return bytes;
  };
  const kept: StreamRelay = {
    observer: relay.observer,
    push: (event) => keep(relay.push(event)),
    end: () => keep(relay.end()),
  };
  return { relay: kept, text };
}
