import type { Bus } from '@tollgate/bus';
import {
  GatewayError,
  MAX_INPUT_BYTES,
  realtimeInput,
  toGatewayError,
  type ResponseHead,
} from '@tollgate/contracts';
import { realtimeError } from '@tollgate/dialects';
import {
  SessionRecordDecoder,
  encodeSessionRecord,
  type SessionRecord,
  type SessionSocket,
} from '@tollgate/websocket';

/** Longer than a provider's socket may stand still. */
const INPUT_TIMEOUT_MS = 150_000;

/** What a client may take to hear why its session ends. */
const FAREWELL_MS = 2_000;

/** A session as ingress sees it: its client's socket, and the worker that holds its other end. */
export class ClientSession {
  /** Why nothing can be said to the provider any more. */
  failure: GatewayError | null = null;
  /** The client has closed its end. */
  hasLeft = false;
  private readonly decoder = new SessionRecordDecoder();
  private readonly over = new AbortController();
  private position = 0;

  constructor(
    private readonly bus: Bus,
    private readonly socket: SessionSocket,
    private readonly head: Pick<ResponseHead, 'attemptId' | 'address'>,
  ) {}

  /** What the worker sent goes to the client; resolves when that has room for more. */
  async pass(data: Uint8Array): Promise<void> {
    for (const record of this.decoder.push(data)) await this.socket.send(record);
  }

  /** Tells the client why its session ends. */
  fail(error: GatewayError): void {
    const event = Buffer.from(JSON.stringify(realtimeError(error)));
    void this.socket.send({ kind: 'text', data: event });
    this.socket.close(closeCodeOf(error), error.message);
    setTimeout(() => this.socket.terminate(), FAREWELL_MS).unref();
  }

  /** Nothing more is sent to the provider. */
  end(): void {
    this.over.abort();
  }

  /** Brings what the client says to the provider, no faster than that takes it, up to the client's close. Never rejects. */
  async listen(): Promise<void> {
    try {
      while (!this.hasLeft) {
        const records = await this.socket.take();
        this.hasLeft = records.at(-1)?.kind === 'close';
        if (this.over.signal.aborted) return;
        await this.send(records);
      }
    } catch (cause) {
      const error = toGatewayError(cause);
      // The provider has ended the session, or we have.
      if (error.code !== 'cancelled') this.failure = lost(error);
    }
  }

  private async send(records: readonly SessionRecord[]): Promise<void> {
    const bytes = Buffer.concat(records.map(encodeSessionRecord));
    const { attemptId, address = '' } = this.head;
    for (let start = 0; start < bytes.length; start += MAX_INPUT_BYTES) {
      const piece = bytes.subarray(start, start + MAX_INPUT_BYTES);
      const input = { attemptId, position: this.position, data: piece.toString('base64') };
      const options = { address, timeoutMs: INPUT_TIMEOUT_MS, signal: this.over.signal };
      await this.bus.request(realtimeInput, input, options);
      this.position += piece.length;
    }
  }
}

/** NOTE the address is a matter of ours. */
const lost = (error: GatewayError): GatewayError =>
  error.code === 'service_unavailable'
    ? new GatewayError('service_lost', 'The process that held the session is gone.', { cause: error })
    : error;

const GOING_AWAY: ReadonlySet<string> = new Set(['draining', 'deadline_exceeded']);

/** RFC 6455: 1001 we go away, 1008 a rule forbids it, 1011 something went wrong. */
function closeCodeOf({ code }: GatewayError): number {
  if (code === 'budget_exceeded') return 1008;
  return GOING_AWAY.has(code) ? 1001 : 1011;
}
