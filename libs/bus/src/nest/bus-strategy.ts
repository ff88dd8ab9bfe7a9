import type { Type } from '@nestjs/common';
import {
  Server,
  type CustomTransportStrategy,
  type MessageHandler,
  type MsPattern,
} from '@nestjs/microservices';
import { callSubject, toGatewayError, type Contract, type Service } from '@tollgate/contracts';
import { isObservable, lastValueFrom, firstValueFrom } from 'rxjs';
import type { Bus, BusHandlers, CallHandler, RequestHandler } from '../bus.js';
import { callHandlerOf } from './call-pattern.js';

export interface BusStrategyOptions {
  readonly bus: Bus;
  /** All contracts; those of `services` must have a handler each. */
  readonly contracts: readonly Contract[];
  readonly services: readonly Service[];
  /** Name of the queue group; the services' names joined by default. */
  readonly name?: string;
  /** What the `*` of a call's subject stands for here at first: the providers of a worker. See `addTargets`. */
  readonly targets?: readonly string[];
  /** The instance of a controller: `app.get(type, { strict: false })`. */
  readonly controllerOf: (type: Type) => object;
  /** How long `close` waits for what is in flight; asked when it closes. */
  readonly graceMs: () => number;
}

/** Connects Nest's `@MessagePattern` and `@EventPattern` handlers to the bus, by the contracts' subjects. */
export class BusStrategy extends Server implements CustomTransportStrategy {
  private readonly doubled = new Set<string>();
  private readonly callHandlers = new Map<string, CallHandler>();
  private readonly targets: Set<string>;
  private isServing = false;

  constructor(private readonly options: BusStrategyOptions) {
    super();
    this.targets = new Set(options.targets);
  }

  override addHandler(...[pattern, callback, isEvent, extras = {}]: Parameters<Server['addHandler']>): void {
    const subject = this.normalizePattern(pattern as MsPattern);
    if (isEvent !== true && this.messageHandlers.has(subject)) this.doubled.add(subject);
    const callHandler = callHandlerOf(extras, this.options.controllerOf);
    if (callHandler !== undefined) this.callHandlers.set(subject, callHandler);
    super.addHandler(pattern, callback, isEvent, extras);
  }

  /** Throws when a contract of the given services has no handler or a question has several, naming them. */
  listen(callback: (error?: unknown) => void): void {
    this.serve().then(
      () => callback(),
      (error: unknown) => callback(error),
    );
  }

  /** Serves calls for further targets. One that is served already stays as it is; after `close` nothing is added. */
  async addTargets(targets: Iterable<string>): Promise<void> {
    const added = [...targets].filter((target) => !this.targets.has(target));
    for (const target of added) this.targets.add(target);
    if (!this.isServing || added.length === 0) return;
    const contracts = this.ownContracts().filter(hasTargets);
    await this.options.bus.serve(this.toBusHandlers(contracts, added));
  }

  async close(): Promise<void> {
    this.isServing = false;
    await this.options.bus.drain(this.options.graceMs());
  }

  on(): void {
    // The bus has no events of its own to listen to.
  }

  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- Nest's signature: the caller names the type
  unwrap<Value>(): Value {
    return this.options.bus as Value;
  }

  private async serve(): Promise<void> {
    const mine = this.ownContracts();
    const missing = mine.filter(({ kind, subject }) =>
      kind === 'call' ? !this.callHandlers.has(subject) : !this.messageHandlers.has(subject),
    );
    if (missing.length > 0) {
      throw new Error(`No handler for ${missing.map((contract) => contract.subject).join(', ')}`);
    }
    if (this.doubled.size > 0) throw new Error(`More than one handler for ${[...this.doubled].join(', ')}`);
    this.isServing = true;
    const handlers = this.toBusHandlers(mine, [...this.targets]);
    await this.options.bus.serve(this.withAddressed(handlers, mine));
  }

  private ownContracts(): Contract[] {
    const { contracts, services } = this.options;
    return contracts.filter(({ service }) => service === 'every' || services.includes(service));
  }

  private toBusHandlers(contracts: readonly Contract[], targets: readonly string[]): BusHandlers {
    const requests = new Map<string, RequestHandler>();
    const events = new Map<string, (event: unknown) => Promise<void>>();
    const durables = new Map<string, (events: readonly unknown[]) => Promise<void>>();
    const calls = new Map<string, CallHandler>();
    const inputs = new Map<string, Contract['input']>();
    for (const contract of contracts) {
      const handler = this.messageHandlers.get(contract.subject);
      if (handler === undefined || contract.isAddressed === true) continue;
      const callHandler = this.callHandlers.get(contract.subject);
      for (const subject of concreteSubjects(contract, targets)) {
        inputs.set(subject, contract.input);
        if (contract.kind === 'request') requests.set(subject, (payload) => answerOf(handler, payload));
        if (contract.kind === 'event') events.set(subject, (event) => tell(handler, event));
        if (contract.kind === 'durable') durables.set(subject, (batch) => tell(handler, batch));
        if (callHandler !== undefined) calls.set(subject, callHandler);
      }
    }
    const service = this.options.name ?? this.options.services.join('-');
    return { service, requests, events, durables, calls, inputs };
  }

  /** The same and, at the one address that a process has whatever its targets are, what is asked of it alone. */
  private withAddressed(handlers: BusHandlers, contracts: readonly Contract[]): BusHandlers {
    const addressed = new Map<string, RequestHandler>();
    const inputs = new Map(handlers.inputs);
    for (const contract of contracts.filter(({ isAddressed }) => isAddressed === true)) {
      const handler = this.messageHandlers.get(contract.subject);
      if (handler === undefined) continue;
      const subject = callSubject(contract, this.options.bus.address);
      addressed.set(subject, (payload) => answerOf(handler, payload));
      inputs.set(subject, contract.input);
    }
    return { ...handlers, addressed, inputs };
  }
}

const hasTargets = ({ subject, target }: Contract): boolean => subject.includes('*') || target !== undefined;

function concreteSubjects(contract: Contract, targets: readonly string[]): string[] {
  const { subject, target } = contract;
  if (subject.includes('*')) return targets.map((each) => callSubject(contract, each));
  return target === undefined || targets.includes(target) ? [subject] : [];
}

async function answerOf(handler: MessageHandler, payload: unknown): Promise<unknown> {
  try {
    const answer: unknown = await handler(payload);
    return isObservable(answer) ? await firstValueFrom(answer, { defaultValue: undefined }) : answer;
  } catch (cause) {
    throw toGatewayError(cause);
  }
}

/** All handlers of an event run, Nest having chained them; one failure is a failure. */
async function tell(handler: MessageHandler, payload: unknown): Promise<void> {
  try {
    const answer: unknown = await handler(payload);
    if (isObservable(answer)) await lastValueFrom(answer, { defaultValue: undefined });
  } catch (cause) {
    throw toGatewayError(cause);
  }
}
