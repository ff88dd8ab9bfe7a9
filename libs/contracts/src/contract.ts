import type { z } from 'zod';

/** The process that answers a message; it decides where boot looks for the handler. */
export type Service = 'ingress' | 'router' | 'worker' | 'billing';

/** An event may be for every process. */
export type Audience = Service | 'every';

/** One question, one answer. Any replica of the service may answer, or the one that is addressed. */
export interface RequestContract<Request, Reply> {
  readonly kind: 'request';
  readonly subject: string;
  readonly service: Service;
  /** The subject ends in a `*` that stands for the address of a process on the bus: that one alone answers. */
  readonly isAddressed?: boolean;
  readonly input: z.ZodType<Request>;
  readonly reply: z.ZodType<Reply>;
}

/** A broadcast that nobody answers; every replica of every subscribed service hears it, at most once. */
export interface EventContract<Event> {
  readonly kind: 'event';
  readonly subject: string;
  readonly service: Audience;
  readonly input: z.ZodType<Event>;
}

/** An event that survives the death of any process: at least once, to one replica of the service, in batches. */
export interface DurableContract<Event> {
  readonly kind: 'durable';
  readonly subject: string;
  readonly service: Service;
  readonly input: z.ZodType<Event>;
  /** The same id twice is the same event: adapters drop repeats they notice, consumers must cope with the rest. */
  idOf(event: Event): string;
}

/**
 * A question with a body and a streamed answer. A `*` as the last token of the subject stands for a target
 * (the provider of an attempt): see `callSubject`.
 */
export interface CallContract<Header> {
  readonly kind: 'call';
  readonly subject: string;
  readonly service: Service;
  /** Present: only processes that serve this target answer, on the subject as it is. */
  readonly target?: string;
  readonly input: z.ZodType<Header>;
}

/** What every message has in common; `input` is the schema of what is sent. */
export interface Contract {
  readonly kind: 'request' | 'event' | 'durable' | 'call';
  readonly isAddressed?: boolean;
  readonly subject: string;
  readonly service: Audience;
  readonly target?: string;
  readonly input: z.ZodType;
}

export function defineRequest<Request, Reply>(
  subject: string,
  options: Omit<RequestContract<Request, Reply>, 'kind' | 'subject'>,
): RequestContract<Request, Reply> {
  return { kind: 'request', subject, ...options };
}

export function defineEvent<Event>(
  subject: string,
  options: Omit<EventContract<Event>, 'kind' | 'subject'>,
): EventContract<Event> {
  return { kind: 'event', subject, ...options };
}

export function defineDurable<Event>(
  subject: string,
  options: Omit<DurableContract<Event>, 'kind' | 'subject'>,
): DurableContract<Event> {
  return { kind: 'durable', subject, ...options };
}

export function defineCall<Header>(
  subject: string,
  options: Omit<CallContract<Header>, 'kind' | 'subject'>,
): CallContract<Header> {
  return { kind: 'call', subject, ...options };
}

/** The concrete subject of a call or of an addressed request: its own, or with the `*` replaced by the target. */
export function callSubject(contract: { readonly subject: string }, target?: string): string {
  return target === undefined ? contract.subject : contract.subject.replace('*', target);
}
