import { GatewayError, toGatewayError, type Dialect, type Usage } from '@tollgate/contracts';
import { frameDecoder, jsonAnswer, relayFor, type Framing } from '@tollgate/providers';
import { pieces } from './spoil.js';

/** A provider's bytes, and who reads them. */
export interface Decoding {
  readonly bytes: Buffer;
  readonly isStream: boolean;
  readonly framing: Framing;
  readonly from: Dialect;
  readonly to: Dialect;
}

/** What a caller gets of them. */
export interface Decoded {
  readonly text: string;
  readonly usage: Usage | null;
  readonly failure: string | null;
}

const SOURCE = { label: 'Some', secrets: [] };
const MAX_EVENT_BYTES = 1024 * 1024;

/** Decodes an answer, a stream in pieces of these sizes. Throws whatever is not an error of the gateway's own making. */
export function decode(decoding: Decoding, sizes: readonly number[]): Decoded {
  return decoding.isStream ? decodeStream(decoding, sizes) : decodeWhole(decoding);
}

function decodeWhole({ bytes, from, to }: Decoding): Decoded {
  try {
    const { data, progress } = jsonAnswer(bytes, { from, to, model: 'ours', source: SOURCE, request: {} });
    return { text: named(Buffer.from(data)), usage: progress.usage, failure: null };
  } catch (cause) {
    return { text: '', usage: null, failure: failureOf(cause) };
  }
}

function decodeStream({ bytes, from, to, framing }: Decoding, sizes: readonly number[]): Decoded {
  const relay = relayFor(from, to, { model: 'ours', includeUsage: true, source: SOURCE, request: {} });
  const decoder = frameDecoder(framing, { maxEventBytes: MAX_EVENT_BYTES });
  const parts: Uint8Array[] = [];
  const add = (part: Uint8Array | null): void => {
    if (part !== null) parts.push(part);
  };
  let failure: string | null = null;
  try {
    for (const piece of pieces(bytes, sizes)) for (const event of decoder.push(piece)) add(relay.push(event));
    for (const event of decoder.flush()) add(relay.push(event));
    if (relay.observer.finished) add(relay.end());
  } catch (cause) {
    failure = failureOf(cause);
  }
  return { text: named(Buffer.concat(parts)), usage: relay.observer.usage, failure };
}

function failureOf(cause: unknown): string {
  if (!(cause instanceof GatewayError)) throw cause;
  const { code, message } = toGatewayError(cause);
  return `${code}: ${message}`;
}

/** Ids of the gateway's own are made anew each time. */
const named = (bytes: Buffer): string => bytes.toString('latin1').replaceAll(/_tg[0-9a-f]{32}/g, '_tg');
