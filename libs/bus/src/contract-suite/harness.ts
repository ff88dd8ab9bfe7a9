import {
  defineCall,
  defineDurable,
  defineEvent,
  defineRequest,
  type Outcome,
  type ResponseEnd,
  type ResponseHead,
} from '@tollgate/contracts';
import { z } from 'zod';
import type { Bus, BusHandlers, CallHandler, CallResponse, ResponseFrame } from '../bus.js';

/** The processes of a test: with the in-process adapter one bus in three roles. */
export interface Cluster {
  readonly ingress: Bus;
  readonly router: Bus;
  readonly worker: Bus;
  /** Resolves when a worker has said so many times from now on that it still works; at once where nobody has to. */
  heartbeats(count: number): Promise<void>;
  close(): Promise<void>;
}

export interface BusHarness {
  open(): Promise<Cluster>;
  /** One bus on a data directory of the test's choice. */
  openOne(dataDirectory: string): Promise<Bus>;
}

export interface Item {
  id: string;
  status: string;
}

let counted = 0;
/** Subjects are the test's own: durable streams outlive a test. */
const unique = (name: string): string => `test.${name}.${String(process.pid)}-${String((counted += 1))}`;

export const ask = defineRequest('test.ask', {
  service: 'billing',
  input: z.object({ text: z.string() }),
  reply: z.object({ text: z.string() }),
});
export const askOne = defineRequest('test.one.*', {
  service: 'worker',
  isAddressed: true,
  input: z.object({ text: z.string() }),
  reply: z.object({ text: z.string() }),
});
export const told = defineEvent('test.told', { service: 'ingress', input: z.object({ text: z.string() }) });
export const route = defineCall('test.route', { service: 'router', input: z.object({ name: z.string() }) });
export const attempt = defineCall('test.attempt.*', {
  service: 'worker',
  input: z.object({ name: z.string() }),
});
export const itemStored = () =>
  defineDurable<Item>(unique('stored'), {
    service: 'billing',
    input: z.object({ id: z.string(), status: z.string() }),
    idOf: (item) => item.id,
  });

export const HEAD: ResponseHead = {
  status: 200,
  headers: { 'content-type': 'text/plain' },
  attemptId: 'call:1',
  deploymentId: 'deployment',
  group: 'group',
  provider: 'provider',
  upstreamModel: 'model',
  apiBase: null,
  retries: 0,
  fallbacks: 0,
  costNanos: null,
  upstreamMs: 0,
};
export const END: ResponseEnd = { usage: null, costNanos: 7 };
export const GOOD: Outcome = {
  delivered: true,
  error: null,
  latencyMs: 1,
  firstTokenMs: 1,
  usage: null,
  costNanos: null,
};

/**
 * Resolves when what was under way between caller and worker has arrived, and what it set off too: messages of two processes
 * keep their order, so that a question and its answer push everything else before them.
 */
export async function allArrived({ ingress, worker }: Cluster): Promise<void> {
  const answer = (): Promise<unknown> => Promise.resolve({ text: '' });
  await worker.serve(handlers('echo', { requests: new Map([[ask.subject, answer]]) }));
  for (let round = 0; round < 3; round += 1) {
    await ingress.request(ask, { text: '' });
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Handlers of one service; what is not given is empty. */
export function handlers(service: string, given: Partial<BusHandlers>): BusHandlers {
  const empty = { requests: new Map(), events: new Map(), durables: new Map(), calls: new Map() };
  return { service, ...empty, ...given };
}

export const calls = (entries: Record<string, CallHandler>): Partial<BusHandlers> => ({
  calls: new Map(Object.entries(entries)),
});

export const inMs = (delayMs: number): { id: string; deadline: number } => ({
  id: unique('call'),
  deadline: Date.now() + delayMs,
});

export const text = (value: string): Uint8Array => Buffer.from(value);

export async function collect(response: CallResponse): Promise<ResponseFrame[]> {
  const frames: ResponseFrame[] = [];
  for await (const frame of response) frames.push(frame);
  return frames;
}

/** The code of the error that a call or promise ends with. */
export async function codeOf(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
    return 'no error';
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : error;
  }
}

/** A promise and the function that resolves it. */
export function signal<Value = void>(): { promise: Promise<Value>; resolve: (value: Value) => void } {
  let resolve: (value: Value) => void = () => undefined;
  const promise = new Promise<Value>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
