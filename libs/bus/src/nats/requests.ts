import type { Msg } from '@nats-io/transport-node';
import { GatewayError, errorShape, toGatewayError } from '@tollgate/contracts';
import { z } from 'zod';
import type { RequestOptions } from '../bus.js';
import { afterMs } from '../call/clock.js';
import { cancelledError, disconnectedError, nobodyServes } from '../errors.js';
import { inboxOf } from './subjects.js';
import type { Wire } from './wire.js';

const REQUEST_TIMEOUT_MS = 5000;

/** A reply comes in parts below NATS's 1 MiB payload; the first byte tells whether more follow. */
const PART_BYTES = 900 * 1024;
const MORE = Buffer.from('+');
const LAST = Buffer.from('.');

interface Pending {
  readonly subject: string;
  readonly parts: Uint8Array[];
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: GatewayError) => void;
}

const reply = z.union([z.object({ error: errorShape }), z.object({ value: z.unknown() })]);

/** The asking side of request and reply: one subscription for all replies. */
export class Requests {
  private readonly pending = new Map<string, Pending>();
  private readonly replyPrefix: string;

  constructor(private readonly wire: Wire) {
    this.replyPrefix = `${inboxOf(wire.processId)}.reply.`;
    wire.connection.subscribe(`${this.replyPrefix}*`, {
      callback: (_error, message) => {
        this.receive(message);
      },
    });
    wire.listen({
      disconnected: () => {
        for (const { reject } of [...this.pending.values()]) reject(disconnectedError());
      },
    });
  }

  ask(subject: string, payload: unknown, options: RequestOptions): Promise<unknown> {
    if (!this.wire.isConnected) return Promise.reject(disconnectedError());
    if (options.signal?.aborted === true) return Promise.reject(cancelledError());
    const token = String(this.wire.newSlot());
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        this.pending.delete(token);
        stopClock();
        options.signal?.removeEventListener('abort', cancel);
      };
      const fail = (error: GatewayError): void => {
        settle();
        reject(error);
      };
      const cancel = (): void => {
        fail(cancelledError());
      };
      const stopClock = afterMs(options.timeoutMs ?? REQUEST_TIMEOUT_MS, () => {
        fail(new GatewayError('deadline_exceeded', 'The request was not answered in time'));
      });
      options.signal?.addEventListener('abort', cancel, { once: true });
      const succeed = (value: unknown): void => {
        settle();
        resolve(value);
      };
      this.pending.set(token, { subject, parts: [], resolve: succeed, reject: fail });
      this.wire.connection.publish(subject, JSON.stringify(payload ?? null), {
        reply: this.replyPrefix + token,
      });
    });
  }

  private receive(message: Msg): void {
    const pending = this.pending.get(message.subject.slice(this.replyPrefix.length));
    if (pending === undefined) return;
    if (message.data.length === 0 && message.headers?.code === 503) {
      pending.reject(nobodyServes(pending.subject));
      return;
    }
    pending.parts.push(message.data.subarray(1));
    if (message.data[0] === MORE[0]) return;
    const answer = reply.safeParse(parseJson(Buffer.concat(pending.parts)));
    if (!answer.success) pending.reject(new GatewayError('internal', 'The reply cannot be read'));
    else if ('error' in answer.data) pending.reject(GatewayError.fromShape(answer.data.error));
    else pending.resolve(answer.data.value);
  }
}

/** The answering side: runs the handler and sends what it returns or throws. */
export async function answer(message: Msg, handler: (payload: unknown) => Promise<unknown>): Promise<void> {
  let text: string;
  try {
    text = JSON.stringify({ value: (await handler(message.json())) ?? null });
  } catch (cause) {
    text = JSON.stringify({ error: toGatewayError(cause).toShape() });
  }
  const body = Buffer.from(text);
  for (let start = 0; start < body.length; start += PART_BYTES) {
    const end = start + PART_BYTES;
    message.respond(Buffer.concat([end < body.length ? MORE : LAST, body.subarray(start, end)]));
  }
}

/** undefined, which no reply is, when it is not JSON. */
function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
