import type { AddressInfo } from 'node:net';
import { Global, Module, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { ConfigKeeper, StoredModels } from '@tollgate/app';
import { BUS, type Bus, type CallResponse, type ResponseFrame } from '@tollgate/bus';
import {
  bareDeployment,
  ENVIRONMENT,
  GENERAL_DEFAULTS,
  LiveConfig,
  LiveVariables,
  ROUTER_DEFAULTS,
  VAULT,
  type Environment,
  type GatewayConfig,
  type McpServer,
  type Vault,
} from '@tollgate/config';
import {
  NO_LIMITS,
  findEntries,
  findScopes,
  NO_USAGE,
  type CallHeader,
  type DurableContract,
  type EventContract,
  type KeyRecord,
  type SpentKey,
  type RequestContract,
  type ResponseHead,
} from '@tollgate/contracts';
import { setLogLevel } from '@tollgate/observability';
import {
  MemoryState,
  STATE,
  type AdmitRequest,
  type Admission,
  type SettleRequest,
  type State,
  type TextState,
} from '@tollgate/state';
import { digestOf } from './auth/key-digests.js';
import { IngressModule } from './ingress.module.js';

setLogLevel('silent');

export const MASTER_KEY = 'sk-master-0123456789abcdef';
export const VIRTUAL_KEY = 'sk-virtual-0123456789abcd';

/** What the fake bus was asked, and what it answers. */
export class FakeBus implements Pick<Bus, 'request' | 'publish' | 'record' | 'call' | 'isConnected'> {
  readonly asked: { readonly subject: string; readonly payload: unknown }[] = [];
  readonly published: { readonly subject: string; readonly event: unknown }[] = [];
  readonly recorded: { readonly subject: string; readonly event: unknown }[] = [];
  /** Hears every event that is published. */
  heard: (event: unknown) => void = () => undefined;
  readonly calls: { readonly header: CallHeader; readonly body: string; cancelled: boolean }[] = [];
  /** Scopes that nobody speaks of bind nothing. */
  readonly replies = new Map<string, (payload: never) => unknown>([
    [findScopes.subject, () => ({ scopes: [] })],
    [findEntries.subject, () => ({ entries: [] })],
  ]);
  frames: (signal: AbortSignal) => AsyncGenerator<ResponseFrame> = () => jsonAnswer('{"ok":true}');

  reply<Request, Reply>(
    { subject }: RequestContract<Request, Reply>,
    answer: (payload: Request) => Reply | Promise<Reply>,
  ): void {
    this.replies.set(subject, answer);
  }

  async request<Request, Reply>(
    { subject }: RequestContract<Request, Reply>,
    payload: Request,
  ): Promise<Reply> {
    this.asked.push({ subject, payload });
    const answer = this.replies.get(subject);
    if (answer === undefined) throw new Error(`no reply scripted for ${subject}`);
    return (await answer(payload as never)) as Reply;
  }

  publish<Event>({ subject }: EventContract<Event>, event: Event): void {
    this.published.push({ subject, event });
    this.heard(event);
  }

  async record<Event>({ subject }: DurableContract<Event>, event: Event): Promise<void> {
    this.recorded.push({ subject, event });
  }

  call(_contract: unknown, header: unknown, body: Uint8Array): CallResponse {
    const record = { header: header as CallHeader, body: Buffer.from(body).toString(), cancelled: false };
    this.calls.push(record);
    const abort = new AbortController();
    const frames = this.frames(abort.signal);
    return {
      cancel: () => {
        record.cancelled = true;
        abort.abort();
      },
      take: () => null,
      [Symbol.asyncIterator]: () => frames,
    };
  }

  isConnected(): boolean {
    return true;
  }
}

class FakeState implements Pick<State, 'admit' | 'settle' | 'cache'>, TextState {
  readonly cache = new MemoryState().cache;
  readonly texts = new Map<string, string>();
  readonly admitted: AdmitRequest[] = [];
  readonly settled: SettleRequest[] = [];
  decide: (request: AdmitRequest) => Admission | Promise<Admission> = () => ({
    granted: true,
    remaining: [],
    heldNanos: null,
    budgets: [],
  });

  async admit(request: AdmitRequest): Promise<Admission> {
    this.admitted.push(request);
    return this.decide(request);
  }

  async settle(request: SettleRequest): Promise<void> {
    this.settled.push(request);
  }

  async keepText(name: string, text: string): Promise<void> {
    this.texts.set(name, text);
  }

  async findText(name: string): Promise<string | null> {
    return this.texts.get(name) ?? null;
  }

  async dropText(name: string): Promise<boolean> {
    return this.texts.delete(name);
  }
}

export const HEAD: ResponseHead = {
  status: 200,
  headers: { 'content-type': 'application/json', 'llm_provider-x-request-id': 'up-1' },
  attemptId: 'call:2',
  deploymentId: 'dep-1',
  group: 'chat-default',
  provider: 'openai',
  upstreamModel: 'gpt-4o-mini',
  apiBase: 'https://api.openai.com/v1',
  retries: 1,
  fallbacks: 0,
  costNanos: 1_500_000,
  upstreamMs: 0,
};

export const SSE_HEAD: ResponseHead = {
  ...HEAD,
  headers: { 'content-type': 'text/event-stream; charset=utf-8' },
  costNanos: null,
};

export const END: ResponseFrame = {
  type: 'end',
  end: { usage: { ...NO_USAGE, input: 10, output: 5 }, costNanos: 1_500_000 },
};

export const data = (text: string): ResponseFrame => ({ type: 'data', data: Buffer.from(text) });

export async function* jsonAnswer(...parts: string[]): AsyncGenerator<ResponseFrame> {
  yield { type: 'head', head: HEAD };
  for (const part of parts) yield data(part);
  yield END;
}

export async function* sseAnswer(...events: string[]): AsyncGenerator<ResponseFrame> {
  yield { type: 'head', head: SSE_HEAD };
  for (const event of events) yield data(`data: ${event}\n\n`);
  yield END;
}

export const keyRecordOf = (changes: Partial<KeyRecord> = {}): KeyRecord => ({
  hash: digestOf(VIRTUAL_KEY).hash,
  name: 'sk-...abcd',
  alias: null,
  models: [],
  userId: null,
  teamId: null,
  metadata: {},
  organizationId: null,
  projectId: null,
  blocked: false,
  limits: NO_LIMITS,
  budgetId: null,
  policy: {},
  allowedRoutes: [],
  type: 'default',
  settings: {},
  expiresAt: null,
  createdAt: 1_700_000_000_000,
  createdBy: 'default_user_id',
  updatedAt: 1_700_000_000_000,
  updatedBy: 'default_user_id',
  ...changes,
});

/** What `findKey` answers. */
export const foundKey = (changes: Partial<KeyRecord> = {}): SpentKey => ({
  key: keyRecordOf(changes),
  spendNanos: 0,
  lastActiveAt: null,
  status: 'active',
});

const deployment = (group: string): GatewayConfig['deployments'][number] =>
  bareDeployment({ id: group, group, provider: 'openai', model: group });

const config = (general: Partial<GatewayConfig['general']>, changes: ConfigChanges): GatewayConfig => ({
  deployments: changes.deployments ?? ['chat-default', 'chat-quality', 'openai/*'].map(deployment),
  aliases: new Map([
    ['gpt-4', { model: 'chat-default', hidden: false }],
    ['secret-name', { model: 'chat-quality', hidden: true }],
  ]),
  guardrails: changes.guardrails ?? new Map(),
  mcpServers: new Map(changes.mcpServers?.map((server) => [server.name, server])),
  router: { ...ROUTER_DEFAULTS, ...changes.router },
  general: { ...GENERAL_DEFAULTS, masterKey: MASTER_KEY, maxRequestBytes: 1_000_000, ...general },
});

/** What a spec wants of its config besides `general`. */
export interface ConfigChanges {
  readonly deployments?: GatewayConfig['deployments'];
  readonly guardrails?: GatewayConfig['guardrails'];
  readonly router?: Partial<GatewayConfig['router']>;
  readonly mcpServers?: readonly McpServer[];
  /** Stored models are asked of the bus, and awaited. */
  readonly readsModels?: boolean;
  readonly vault?: Vault;
}

export interface Harness {
  readonly app: NestFastifyApplication;
  readonly bus: FakeBus;
  readonly state: FakeState;
  readonly live: LiveConfig;
  /** `http://127.0.0.1:{port}` */
  readonly url: string;
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>;
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  close(): Promise<void>;
}

@Global()
@Module({})
class FakePlatform {}

@Module({})
class Root {}

/** The real module on a real socket, with a scripted bus and state. */
export async function startIngress(
  general: Partial<GatewayConfig['general']> = {},
  changes: ConfigChanges = {},
): Promise<Harness> {
  const bus = new FakeBus();
  const state = new FakeState();
  const live = new LiveConfig(config(general, changes));
  const variables = new LiveVariables({});
  const keeper = new ConfigKeeper(live.current, live, variables);
  const models = new StoredModels(changes.readsModels === true ? (bus as unknown as Bus) : null, keeper);
  const values = [
    { provide: BUS, useValue: bus },
    { provide: STATE, useValue: state },
    { provide: LiveConfig, useValue: live },
    { provide: LiveVariables, useValue: variables },
    { provide: ConfigKeeper, useValue: keeper },
    { provide: StoredModels, useValue: models },
    { provide: VAULT, useValue: changes.vault ?? null },
    { provide: ENVIRONMENT, useValue: { drainMs: 1_000, variables: {} } as unknown as Environment },
  ];
  const platform: DynamicModule = {
    module: FakePlatform,
    providers: values,
    exports: values.map(({ provide }) => provide),
  };
  const adapter = new FastifyAdapter({ forceCloseConnections: 'idle' });
  const root: DynamicModule = { module: Root, imports: [platform, IngressModule] };
  const app = await NestFactory.create<NestFastifyApplication>(root, adapter, {
    bodyParser: false,
    logger: false,
    abortOnError: false,
  });
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const withKey = (headers: Record<string, string>) => ({
    authorization: `Bearer ${MASTER_KEY}`,
    ...headers,
  });
  return {
    app,
    bus,
    state,
    live,
    url,
    post: (path, body, headers = {}) =>
      fetch(`${url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...withKey(headers) },
        body: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
      }),
    get: (path, headers = {}) => fetch(`${url}${path}`, { headers: withKey(headers) }),
    close: () => app.close(),
  };
}

export const CHAT = { model: 'chat-default', messages: [{ role: 'user', content: 'Hello' }] };

/** What a test reads of an error answer. */
export async function errorOf(response: Response): Promise<Record<string, unknown>> {
  const body = (await response.json()) as { error: Record<string, unknown> };
  return { status: response.status, ...body.error };
}
