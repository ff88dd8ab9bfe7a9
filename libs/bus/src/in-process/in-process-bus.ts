import { join } from 'node:path';
import { SlotSet } from '@tollgate/collections';
import {
  GatewayError,
  callSubject,
  toGatewayError,
  type CallContract,
  type DurableContract,
  type EventContract,
  type RequestContract,
} from '@tollgate/contracts';
import type { Bus, BusHandlers, CallHandler, CallOptions, CallResponse, RequestOptions } from '../bus.js';
import { afterMs, within } from '../call/clock.js';
import { InFlight } from '../call/in-flight.js';
import { ResponseStream } from '../call/response-stream.js';
import { drainingError, nobodyServes } from '../errors.js';
import { OutboxPump } from '../outbox/outbox-pump.js';
import { eventOf } from '../outbox/outbox-queues.js';
import { Outbox } from '../outbox/outbox.js';
import { LocalCall, type LocalCallEnvironment } from './local-call.js';

const REQUEST_TIMEOUT_MS = 5000;
/** What a drain may take to deliver durable events, however long the calls took. */
const FLUSH_MS = 1000;

export interface InProcessBusOptions {
  /** Where durable events wait: `<dataDirectory>/outbox`. */
  readonly dataDirectory: string;
  /** Force recorded events to the disk. Default false: they survive the process, not a power cut. */
  readonly fsync?: boolean;
  /** First wait before a durable batch that failed comes again. Default 100 ms. */
  readonly retryMs?: number;
}

/** The bus inside one process: direct calls, objects by reference, the same promises as the distributed one. */
export class InProcessBus implements Bus {
  readonly address = 'here';
  private readonly services: BusHandlers[] = [];
  private readonly pumps = new Map<string, OutboxPump>();
  private readonly inFlight = new InFlight();
  private readonly running = new SlotSet<LocalCall>();
  private readonly calls = new Map<string, CallHandler>();
  private readonly local: LocalCallEnvironment = {
    handlerOf: (subject) => this.calls.get(subject),
    inFlight: this.inFlight,
    running: this.running,
  };
  private isDraining = false;
  private isClosed = false;

  private constructor(
    private readonly outbox: Outbox,
    private readonly retryMs: number,
  ) {
    outbox.onAvailable = (subject) => this.pumps.get(subject)?.wake();
  }

  /** Opens the outbox; what an earlier life left in it is delivered once somebody serves it. */
  static open(options: InProcessBusOptions): Promise<InProcessBus> {
    const outbox = Outbox.open({
      directory: join(options.dataDirectory, 'outbox'),
      fsync: options.fsync ?? false,
    });
    return Promise.resolve(new InProcessBus(outbox, options.retryMs ?? 100));
  }

  async request<Request, Reply>(
    contract: RequestContract<Request, Reply>,
    payload: Request,
    options: RequestOptions = {},
  ): Promise<Reply> {
    const subject = callSubject(contract, options.address);
    const handler = this.find(({ requests, addressed }) => requests.get(subject) ?? addressed?.get(subject));
    if (handler === undefined) throw nobodyServes(subject);
    const answer = this.inFlight.track(() => handler(payload));
    try {
      // The handler is of this process and its contract's: what it returns is a Reply.
      return (await withinTime(answer, options)) as Reply;
    } catch (cause) {
      throw toGatewayError(cause);
    }
  }

  publish<Event>(contract: EventContract<Event>, event: Event): void {
    for (const service of this.services) {
      const handler = service.events.get(contract.subject);
      if (handler !== undefined) void this.inFlight.track(() => handler(event)).catch(() => undefined);
    }
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
    const handler = this.calls.get(contract.subject);
    if (handler === undefined) return ResponseStream.failed(nobodyServes(contract.subject));
    const call = new LocalCall(this.local, body, options);
    call.start(handler, header);
    return call.stream;
  }

  serve(handlers: BusHandlers): Promise<void> {
    if (this.isDraining) return Promise.resolve();
    this.services.push(handlers);
    for (const [subject, handler] of handlers.calls)
      if (!this.calls.has(subject)) this.calls.set(subject, handler);
    for (const [subject, handler] of handlers.durables) {
      const pump = new OutboxPump(this.outbox, subject, {
        deliver: (_subject, entries) => this.inFlight.track(() => handler(entries.map(eventOf))),
        maxEvents: 500,
        maxCharacters: Infinity,
        lingerMs: 20,
        retryMs: this.retryMs,
      });
      this.pumps.set(subject, pump);
      pump.wake();
    }
    return Promise.resolve();
  }

  async drain(graceMs: number): Promise<void> {
    this.isDraining = true;
    const startedAt = performance.now();
    await this.inFlight.drained(graceMs, () => {
      for (const call of this.running.values()) call.giveUp(drainingError());
    });
    const remainingMs = graceMs - (performance.now() - startedAt);
    await within(
      Math.max(remainingMs, FLUSH_MS),
      Promise.all([...this.pumps.values()].map((pump) => pump.flush())),
    );
  }

  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    this.isDraining = true;
    await within(1000, Promise.all([...this.pumps.values()].map((pump) => pump.stop())));
    this.outbox.close();
  }

  isConnected(): boolean {
    return !this.isClosed;
  }

  private find<Handler>(pick: (service: BusHandlers) => Handler | undefined): Handler | undefined {
    for (const service of this.services) {
      const handler = pick(service);
      if (handler !== undefined) return handler;
    }
    return undefined;
  }
}

function withinTime<Value>(answer: Promise<Value>, { timeoutMs, signal }: RequestOptions): Promise<Value> {
  return new Promise((resolve, reject) => {
    const fail = (error: GatewayError): void => {
      settle();
      reject(error);
    };
    const cancel = (): void => {
      fail(new GatewayError('cancelled', 'The request was cancelled'));
    };
    const stopClock = afterMs(timeoutMs ?? REQUEST_TIMEOUT_MS, () => {
      fail(new GatewayError('deadline_exceeded', 'The request was not answered in time'));
    });
    const settle = (): void => {
      stopClock();
      signal?.removeEventListener('abort', cancel);
    };
    if (signal?.aborted === true) cancel();
    signal?.addEventListener('abort', cancel, { once: true });
    answer.finally(settle).then(resolve, reject);
  });
}
