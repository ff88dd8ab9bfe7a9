import type { Dialect } from '@tollgate/contracts';
import { chatPassThrough, messagePassThrough, type RelayOptions } from './pass-through-relay.js';
import type { StreamRelay } from './stream-relay.js';
import { chatToMessageRelay, messageToChatRelay } from './translating-relay.js';

type RelayFactory = (options: RelayOptions) => StreamRelay;

/** Provider's dialect, then client's. */
const RELAYS: Readonly<Partial<Record<Dialect, Readonly<Partial<Record<Dialect, RelayFactory>>>>>> = {
  'openai-chat': { 'openai-chat': chatPassThrough, 'anthropic-messages': chatToMessageRelay },
  'anthropic-messages': { 'openai-chat': messageToChatRelay, 'anthropic-messages': messagePassThrough },
};

/** A relay for one stream from a provider's dialect to a client's. */
export function relayFor(from: Dialect, to: Dialect, options: RelayOptions): StreamRelay {
  const relay = RELAYS[from]?.[to];
  if (relay === undefined) throw new Error(`No relay from ${from} to ${to}`);
  return relay(options);
}
