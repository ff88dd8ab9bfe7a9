import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CallLog, type CallRecord, type LabStats } from './call-log.js';
import { handleCall, type SeenRequest } from './call-handler.js';
import { handleControl } from './control-handler.js';
import { placeOf } from './place.js';
import { ScriptBook } from './script-book.js';
import type { Step } from './step.js';

export interface FaultLabOptions {
  /** 0, a free one, unless told. */
  readonly port?: number;
  readonly host?: string;
  /** Applies to every request whose own step does not say otherwise. */
  readonly defaults?: Step;
  /** How many calls `calls()` remembers: 200,000 unless told. */
  readonly maxCalls?: number;
}

const MAX_REQUESTS = 1000;
const MAX_REQUEST_BYTES = 64 * 1024 * 1024;

/** A fake provider whose failures are scripted. Makes no connection of its own. */
export class FaultLab {
  /** Of Node's HTTP, so that connections may also come from inside the process. */
  readonly server: Server;
  private readonly scripts = new ScriptBook();
  private readonly log: CallLog;
  private readonly defaults: Step;
  private requests: SeenRequest[] = [];
  private requestBytes = 0;
  private counter = 0;

  constructor(options: FaultLabOptions = {}) {
    this.log = new CallLog(options.maxCalls ?? 200_000);
    this.defaults = options.defaults ?? {};
    this.server = createServer({ keepAliveTimeout: 120_000, requestTimeout: 0 }, (request, response) => {
      // A client that goes away while it sends is not an answer's business.
      this.handle(request, response).catch(() => response.destroy());
    });
    this.server.headersTimeout = 0;
  }

  /** `http://127.0.0.1:<port>`; empty when the lab does not listen. */
  get url(): string {
    const address = this.server.address() as AddressInfo | null;
    return address === null ? '' : `http://${address.address}:${String(address.port)}`;
  }

  /** The last thousand requests, oldest first, fewer when they are large. */
  get lastRequests(): readonly SeenRequest[] {
    return this.requests;
  }

  /** What happens to the next calls of a model; the last step stays. Replaces the model's former script. */
  script(model: string, steps: readonly Step[], options: { readonly repeat?: boolean } = {}): void {
    this.scripts.set({ model }, steps, options.repeat);
  }

  /** The same for every path that starts so. A script of the model goes first. */
  scriptPath(path: string, steps: readonly Step[], options: { readonly repeat?: boolean } = {}): void {
    this.scripts.set({ path }, steps, options.repeat);
  }

  stats(): LabStats {
    return this.log.stats();
  }

  /** The last calls one by one, oldest first. */
  calls(): readonly CallRecord[] {
    return this.log.calls();
  }

  /** Forgets scripts, counts and requests. Calls in progress go on uncounted. */
  reset(): void {
    this.scripts.clear();
    this.log.reset();
    this.requests = [];
    this.requestBytes = 0;
  }

  async listen(port = 0, host = '127.0.0.1'): Promise<void> {
    this.server.listen(port, host);
    await once(this.server, 'listening');
  }

  /** Cuts every connection and frees the port. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    const place = request.method === 'POST' ? placeOf(path) : undefined;
    if (place === undefined) return handleControl(this, this.scripts.names(), request, response);
    const context = {
      scripts: this.scripts,
      log: this.log,
      defaults: this.defaults,
      nextId: () => `lab${String(++this.counter).padStart(8, '0')}`,
      seen: (seen: SeenRequest) => this.remember(seen),
    };
    return handleCall(context, place, request, response);
  }

  private remember(request: SeenRequest): void {
    this.requests.push(request);
    this.requestBytes += request.body.length;
    while (
      this.requests.length > MAX_REQUESTS ||
      (this.requestBytes > MAX_REQUEST_BYTES && this.requests.length > 1)
    ) {
      this.requestBytes -= this.requests.shift()?.body.length ?? 0;
    }
  }
}

/** A lab that listens on 127.0.0.1, on a free port unless told otherwise. */
export async function startFaultLab(options: FaultLabOptions = {}): Promise<FaultLab> {
  const lab = new FaultLab(options);
  await lab.listen(options.port, options.host);
  return lab;
}
