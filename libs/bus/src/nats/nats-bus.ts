import { join } from 'node:path';
import { connect, type NatsConnection, type Subscription } from '@nats-io/transport-node';
import {
  callSubject,
  type CallContract,
  type DurableContract,
  type EventContract,
  type RequestContract,
} from '@tollgate/contracts';
import type { Bus, BusHandlers, CallOptions, CallResponse, RequestOptions } from '../bus.js';
import { within } from '../call/clock.js';
import { InFlight } from '../call/in-flight.js';
import { ResponseStream } from '../call/response-stream.js';
import { drainingError, serviceLost } from '../errors.js';
import { OutboxPump } from '../outbox/outbox-pump.js';
import { Outbox } from '../outbox/outbox.js';
import { Callers } from './callers.js';
import { DurableConsumer } from './durable-consumer.js';
import { DurableStreams } from './durable-stream.js';
import { Requests, answer } from './requests.js';
import { Responders } from './responders.js';
import { checked } from './trust-boundary.js';
import { Wire } from './wire.js';

export interface NatsBusOptions {
  /** One server or several, separated by commas. */
  readonly url: string;
  /** Where durable events wait until JetStream has them: `<dataDirectory>/outbox`. */
  readonly dataDirectory: string;
  /** Name of the connection, as the NATS server's monitoring shows it. */
  readonly name: string;
  /** Interval of heartbeats on calls. Default 1000. */
  readonly heartbeatMs?: number;
  /** Heartbeats missed before a peer counts as lost. Default 3. */
  readonly missedHeartbeats?: number;
  readonly fsync?: boolean;
  /** First wait before durable events that failed come again. Default 100 ms. */
  readonly retryMs?: number;
  /** Copies of the durable streams in a NATS cluster. Default 1. */
  readonly streamReplicas?: number;
  /** How long `connect` tries before it gives up. Default 30 s; a connection once made is kept for ever. */
  readonly connectTimeoutMs?: number;
}

/** What a drain may take to deliver durable events, however long the calls took. */
const FLUSH_MS = 1000;

/** The bus between processes: NATS for requests, events and calls, JetStream for durable events. */
export class NatsBus implements Bus {
  private readonly wire: Wire;
  private readonly inFlight = new InFlight();
  private readonly requests: Requests;
  private readonly callers: Callers;
  private readonly responders: Responders;
  private readonly streams: DurableStreams;
  private readonly pumps = new Map<string, OutboxPump>();
  private readonly consumers: DurableConsumer[] = [];
  /** Those that end when it drains. */
  private readonly subscriptions: Subscription[] = [];
  private isDraining = false;
  private isClosed = false;

  private constructor(
    private readonly connection: NatsConnection,
    private readonly outbox: Outbox,
    private readonly options: NatsBusOptions,
  ) {
    this.wire = new Wire(connection, options.heartbeatMs ?? 1000, options.missedHeartbeats ?? 3);
    this.requests = new Requests(this.wire);
    this.callers = new Callers(this.wire, this.inFlight);
    this.responders = new Responders(this.wire, this.inFlight);
    this.streams = new DurableStreams(this.wire, options.streamReplicas ?? 1);
    outbox.onAvailable = (subject) => {
      this.pumpOf(subject).wake();
    };
    this.wire.listen({
      reconnected: () => {
        for (const pump of this.pumps.values()) pump.retryNow();
      },
    });
    for (const subject of outbox.waitingSubjects()) this.pumpOf(subject).wake();
  }

  /** Rejects when no server answers within `connectTimeoutMs`. */
  static async connect(options: NatsBusOptions): Promise<NatsBus> {
    const connection = await connectWithin(options);
    const outbox = Outbox.open({
      directory: join(options.dataDirectory, 'outbox'),
      fsync: options.fsync ?? false,
    });
    return new NatsBus(connection, outbox, options);
  }

  get address(): string {
    return this.wire.processId;
  }

  async request<Request, Reply>(
    contract: RequestContract<Request, Reply>,
    payload: Request,
    options: RequestOptions = {},
  ): Promise<Reply> {
    const answered = this.requests.ask(callSubject(contract, options.address), payload, options);
    // The replying service is of this system: its contract says that this is a Reply.
    return (await this.inFlight.track(() => answered)) as Reply;
  }

  publish<Event>(contract: EventContract<Event>, event: Event): void {
    this.wire.publish(contract.subject, JSON.stringify(event));
  }

  record<Event>(contract: DurableContract<Event>, event: Event): Promise<void> {
    return this.outbox.record(contract.subject, event);
  }

  readonly draft: Bus['draft'] = (contract, known, state) =>
    this.outbox.draft(contract.subject, known, state);

  call<Header>(
    contract: CallContract<Header>,
    header: Header,
    body: Uint8Array,
    options: CallOptions,
  ): CallResponse {
    if (this.isDraining) return ResponseStream.failed(drainingError());
    return this.callers.start(contract, header, body, options);
  }

  async serve(unchecked: BusHandlers): Promise<void> {
    if (this.isDraining) return;
    const handlers = checked(unchecked);
    const queue = handlers.service;
    for (const [subject, handler] of handlers.addressed ?? []) {
      this.listen(subject, undefined, (message) => this.inFlight.track(() => answer(message, handler)));
    }
    for (const [subject, handler] of handlers.requests) {
      this.subscribe(subject, queue, (message) => this.inFlight.track(() => answer(message, handler)));
    }
    for (const [subject, handler] of handlers.calls) {
      this.subscribe(subject, queue, (message) => this.responders.accept(message, handler));
    }
    for (const [subject, handler] of handlers.events) {
      this.subscribe(subject, undefined, (message) => this.inFlight.track(() => handler(message.json())));
    }
    for (const [subject, handler] of handlers.durables) {
      const handle = (events: readonly unknown[]): Promise<void> =>
        this.inFlight.track(() => handler(events));
      const retryMs = this.options.retryMs ?? 100;
      const consumer = new DurableConsumer(this.wire, this.streams, { subject, handle, retryMs });
      this.consumers.push(consumer);
      await consumer.start();
    }
    if (this.wire.isConnected) await this.connection.flush();
  }

  async drain(graceMs: number): Promise<void> {
    this.isDraining = true;
    const drained = this.subscriptions.splice(0).map((subscription) => subscription.drain());
    const consumed = this.consumers.splice(0).map((consumer) => consumer.stop());
    const startedAt = performance.now();
    const remainingMs = (): number => Math.max(0, graceMs - (performance.now() - startedAt));
    await within(remainingMs(), Promise.allSettled([...drained, ...consumed]));
    await this.inFlight.drained(remainingMs(), () => {
      this.callers.giveUp(drainingError());
      this.responders.giveUp();
    });
    await within(Math.max(remainingMs(), FLUSH_MS), this.flushOutbox());
  }

  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    this.isDraining = true;
    this.responders.giveUp();
    this.callers.giveUp(serviceLost());
    await within(1000, this.flushOutbox());
    await within(1000, Promise.all([...this.pumps.values()].map((pump) => pump.stop())));
    this.wire.flushAll();
    this.wire.close();
    if (this.wire.isConnected) await within(1000, this.connection.flush());
    await this.connection.close();
    this.outbox.close();
  }

  isConnected(): boolean {
    return this.wire.isConnected;
  }

  private async flushOutbox(): Promise<void> {
    if (!this.wire.isConnected) return;
    await Promise.all([...this.pumps.values()].map((pump) => pump.flush()));
  }

  private pumpOf(subject: string): OutboxPump {
    let pump = this.pumps.get(subject);
    if (pump === undefined) {
      pump = new OutboxPump(this.outbox, subject, {
        deliver: async (to, entries) => {
          const first = entries[0]?.number ?? 0;
          const batchId = `${this.outbox.owner}-${String(first)}-${String(entries.length)}`;
          await this.streams.publish(to, entries, batchId);
        },
        maxEvents: 500,
        maxCharacters: 256 * 1024,
        lingerMs: 20,
        retryMs: this.options.retryMs ?? 100,
      });
      this.pumps.set(subject, pump);
    }
    return pump;
  }

  /** Until it drains. */
  private subscribe(...subscription: Parameters<NatsBus['listen']>): void {
    this.subscriptions.push(this.listen(...subscription));
  }

  private listen(
    subject: string,
    queue: string | undefined,
    receive: (message: Parameters<Subscription['callback']>[1]) => unknown,
  ): Subscription {
    return this.connection.subscribe(subject, {
      ...(queue === undefined ? {} : { queue }),
      callback: (error, message) => {
        if (error === null) void guarded(() => receive(message));
      },
    });
  }
}

/** What a handler throws has been answered already, or there is nobody to answer to. */
async function guarded(work: () => unknown): Promise<void> {
  try {
    await work();
  } catch {
    // NOTE a throw in a subscription's callback would end the client's read loop.
  }
}

async function connectWithin({ url, name, connectTimeoutMs }: NatsBusOptions): Promise<NatsConnection> {
  const until = performance.now() + (connectTimeoutMs ?? 30_000);
  for (;;) {
    try {
      return await connect({
        servers: url.split(','),
        name,
        maxReconnectAttempts: -1,
        reconnectTimeWait: 200,
        reconnectJitter: 50,
        pingInterval: 5000,
        noAsyncTraces: true,
      });
    } catch (error) {
      if (performance.now() > until) throw new Error(`No NATS server answers at ${url}`, { cause: error });
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
}
