import { nanos, type Msg, type Subscription } from '@nats-io/transport-node';
import { ACK_WAIT_MS, type DurableStreams } from './durable-stream.js';
import { inboxOf, streamName } from './subjects.js';
import type { Wire } from './wire.js';

const MAX_EVENTS = 500;
const LINGER_MS = 20;
const PULL_MESSAGES = 32;
/** Of full messages (256 Ki characters) a few will do. */
const PULL_LARGE_MESSAGES = 4;
const LARGE_BYTES = 64 * 1024;
/** What may wait here before more is pulled: a slow handler's backlog belongs into JetStream, not into this process. */
const MAX_WAITING_BYTES = 1024 * 1024;
const PULL_EXPIRES_MS = 10_000;
const RETRY_MS = 250;

export interface DurableConsumerOptions {
  readonly subject: string;
  /** Events of some messages; resolves when they are safe. */
  handle(events: readonly unknown[]): Promise<void>;
  /** How long a batch that failed stays away. */
  readonly retryMs: number;
}

interface WaitingMessage {
  readonly message: Msg;
  /** Parsed when its turn comes. */
  events: unknown[] | undefined;
}

/**
 * Pulls durable events and hands them over in batches, one at a time; acknowledges after the handler, never before.
 * A new pull goes out when the last one is used up or expired and not too much waits, and after every reconnect.
 */
export class DurableConsumer {
  private readonly inbox: string;
  private readonly subscription: Subscription;
  private readonly messages: WaitingMessage[] = [];
  private waitingBytes = 0;
  private lastBytes = 0;
  private asked = 0;
  private pulls = 0;
  private pullTimer: NodeJS.Timeout | undefined;
  private batchTimer: NodeJS.Timeout | undefined;
  private current: Promise<void> | undefined;
  private isStopped = false;

  constructor(
    private readonly wire: Wire,
    private readonly streams: DurableStreams,
    private readonly options: DurableConsumerOptions,
  ) {
    this.inbox = `${inboxOf(wire.processId)}.durable.${streamName(options.subject)}`;
    this.subscription = wire.connection.subscribe(`${this.inbox}.*`, {
      callback: (_error, message) => {
        this.receive(message);
      },
    });
    wire.listen({
      reconnected: () => {
        void this.start();
      },
    });
  }

  /** Creates what is missing and begins to pull; tries again until that works. */
  async start(): Promise<void> {
    if (this.isStopped) return;
    try {
      await this.streams.ensureConsumer(this.options.subject);
      this.pull();
    } catch {
      this.streams.forget(this.options.subject);
      this.pullAfter(RETRY_MS);
    }
  }

  /** Takes no more; resolves when the batch under way is over. What waits goes back at once. */
  async stop(): Promise<void> {
    this.isStopped = true;
    clearTimeout(this.pullTimer);
    clearTimeout(this.batchTimer);
    this.subscription.unsubscribe();
    await this.current;
    for (const { message } of this.messages.splice(0)) this.respond(message, '-NAK');
  }

  private pull(): void {
    if (this.isStopped || !this.wire.isConnected) return;
    this.pulls += 1;
    this.asked = this.lastBytes < LARGE_BYTES ? PULL_MESSAGES : PULL_LARGE_MESSAGES;
    const name = streamName(this.options.subject);
    const request = JSON.stringify({ batch: this.asked, expires: nanos(PULL_EXPIRES_MS) });
    const reply = `${this.inbox}.${String(this.pulls)}`;
    this.wire.connection.publish(`$JS.API.CONSUMER.MSG.NEXT.${name}.${name}`, request, { reply });
    // The server tells when a pull expires; if even that gets lost, this asks again.
    this.pullAfter(PULL_EXPIRES_MS + 1000);
  }

  private pullIfUsedUp(): void {
    if (this.asked === 0 && this.waitingBytes < MAX_WAITING_BYTES) this.pull();
  }

  private pullAfter(delayMs: number): void {
    clearTimeout(this.pullTimer);
    if (this.isStopped) return;
    this.pullTimer = setTimeout(() => {
      void this.start();
    }, delayMs).unref();
  }

  private receive(message: Msg): void {
    const isStatus =
      message.data.length === 0 && message.headers !== undefined && message.headers.code >= 400;
    if (isStatus) {
      // Status of an older pull is no news. 404 and 408: nothing there, or expired; others: ask again, not too fast.
      if (!message.subject.endsWith(`.${String(this.pulls)}`)) return;
      if (message.headers?.code === 408) this.pull();
      else this.pullAfter(RETRY_MS);
      return;
    }
    this.messages.push({ message, events: undefined });
    this.lastBytes = message.data.length;
    this.waitingBytes += this.lastBytes;
    this.asked -= 1;
    this.pullIfUsedUp();
    if (this.current === undefined) this.batchTimer ??= setTimeout(() => this.next(), LINGER_MS).unref();
  }

  private next(): void {
    this.batchTimer = undefined;
    if (this.isStopped || this.current !== undefined || this.messages.length === 0) return;
    this.current = this.handleBatch().finally(() => {
      this.current = undefined;
      this.next();
    });
  }

  private async handleBatch(): Promise<void> {
    const batch: Msg[] = [];
    const events: unknown[] = [];
    for (let first = this.messages[0]; first !== undefined; first = this.messages[0]) {
      first.events ??= eventsOf(first.message);
      if (batch.length > 0 && events.length + first.events.length > MAX_EVENTS) break;
      this.messages.shift();
      this.waitingBytes -= first.message.data.length;
      batch.push(first.message);
      events.push(...first.events);
    }
    this.pullIfUsedUp();
    const working = setInterval(() => {
      for (const message of batch) this.respond(message, '+WPI');
    }, ACK_WAIT_MS / 3).unref();
    const word = await this.options.handle(events).then(
      () => '+ACK',
      () => `-NAK ${JSON.stringify({ delay: nanos(this.options.retryMs) })}`,
    );
    clearInterval(working);
    for (const message of batch) this.respond(message, word);
  }

  /** An answer that does not get through is as good as none: the batch comes again. */
  private respond(message: Msg, word: string): void {
    if (message.reply !== undefined) this.wire.publish(message.reply, word);
  }
}

/** The array of events in a message. What is no JSON was not written by an outbox and holds none. */
function eventsOf(message: Msg): unknown[] {
  try {
    const events: unknown = message.json();
    return Array.isArray(events) ? (events as unknown[]) : [];
  } catch {
    return [];
  }
}
