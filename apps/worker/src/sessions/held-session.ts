import type { ResponseWriter } from '@tollgate/bus';
import { GatewayError, type AttemptHeader, type SessionInput } from '@tollgate/contracts';
import { realtimeError, sessionModel } from '@tollgate/dialects';
import {
  SessionRecordDecoder,
  encodeSessionRecord,
  type SessionRecord,
  type SessionSocket,
} from '@tollgate/websocket';

/** A session under way at a provider: what its caller says goes in here. */
export class HeldSession {
  private readonly decoder = new SessionRecordDecoder();
  private position = 0;

  constructor(
    private readonly header: AttemptHeader,
    private readonly socket: SessionSocket,
    private readonly response: ResponseWriter,
  ) {}

  /** Resolves when the provider's socket has taken it. Rejects with `internal` where something is missing before it. */
  async take({ position, data }: SessionInput): Promise<void> {
    const bytes = Buffer.from(data, 'base64');
    if (position !== this.position) throw new GatewayError('internal', 'A part of the session is missing');
    this.position += bytes.length;
    for (const record of this.decoder.push(bytes)) {
      const sent = record.kind === 'text' ? this.withModel(record.data) : record;
      if (sent === null) await this.refuse(record);
      else await this.socket.send(sent);
    }
  }

  /** The provider's message, its session named as the caller named the model. */
  toCaller(record: SessionRecord): SessionRecord {
    if (record.kind !== 'text') return record;
    const named = sessionModel(record.data);
    return named === null ? record : text(named.renamed(this.header.call.model));
  }

  /** The caller's message, with the provider's name of the model; null: it names another model than the session's. */
  private withModel(message: Buffer): SessionRecord | null {
    const { call, upstreamModel } = this.header;
    const named = sessionModel(message);
    if (named === null) return text(message);
    const isOwn = named.model === call.model || named.model === upstreamModel;
    return isOwn ? text(named.renamed(upstreamModel)) : null;
  }

  /** NOTE who may call a model is checked when the session begins: it stays with that one. */
  private async refuse(record: SessionRecord): Promise<void> {
    const error = new GatewayError(
      'invalid_request',
      `The model of a session cannot be changed: it is '${this.header.call.model}'. Open another session for another model.`,
      { param: 'session.model' },
    );
    const event = JSON.stringify(realtimeError(error, eventIdOf(record)));
    await this.response.write(encodeSessionRecord(text(Buffer.from(event))));
  }
}

const text = (message: Uint8Array): SessionRecord => ({ kind: 'text', data: Buffer.from(message) });

/** Of an event that was read before. */
function eventIdOf(record: SessionRecord): string | undefined {
  if (record.kind !== 'text') return undefined;
  const { event_id: id } = JSON.parse(record.data.toString()) as { readonly event_id?: unknown };
  return typeof id === 'string' ? id : undefined;
}
