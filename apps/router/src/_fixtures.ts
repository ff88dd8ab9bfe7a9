import {
  GENERAL_DEFAULTS,
  LiveConfig,
  ROUTER_DEFAULTS,
  bareDeployment,
  type Deployment,
  type GatewayConfig,
  type RouterSettings,
} from '@tollgate/config';
import {
  GatewayError,
  type Alert,
  type AttemptHeader,
  type CallContract,
  type CallHeader,
  type ErrorCode,
  type GatewayErrorOptions,
  type Outcome,
} from '@tollgate/contracts';
import { MemoryState } from '@tollgate/state';
import { assembleRouter, type RouterAssembly } from './assemble-router.js';
import type { RouteContext } from './progress.js';
import type { CallRouter } from './call-router.js';
import { groupOf, type Group } from './group.js';
import { openCircuits } from './health/open-circuits.js';

export const START = 1_700_000_000_000;

/** A deployment of the group `chat` and the provider `openai`, unless told otherwise. */
export function deployment(id: string, patch: Partial<Deployment> = {}): Deployment {
  return { ...bareDeployment({ id, group: 'chat', provider: 'openai', model: `model-${id}` }), ...patch };
}

interface ConfigPatch {
  readonly router?: Partial<RouterSettings>;
  readonly aliases?: Readonly<Record<string, string>>;
  readonly fallbacks?: Readonly<Record<string, readonly string[]>>;
}

export function config(deployments: readonly Deployment[], patch: ConfigPatch = {}): GatewayConfig {
  const aliases = Object.entries(patch.aliases ?? {});
  return {
    deployments,
    guardrails: new Map(),
    mcpServers: new Map(),
    aliases: new Map(aliases.map(([name, model]) => [name, { model, hidden: false }])),
    router: {
      ...ROUTER_DEFAULTS,
      fallbacks: new Map(Object.entries(patch.fallbacks ?? {})),
      ...patch.router,
    },
    general: GENERAL_DEFAULTS,
  };
}

export function header(patch: Partial<CallHeader> = {}): CallHeader {
  return {
    id: 'call',
    dialect: 'openai-chat',
    model: 'chat',
    stream: false,
    includeUsage: false,
    principal: {
      keyHash: 'hash',
      keyAlias: null,
      userId: null,
      teamId: null,
      organizationId: null,
      projectId: null,
      isAdmin: false,
      models: [],
    },
    endUser: null,
    tags: [],
    inputTokens: 1,
    bodyBytes: 1,
    needs: [],
    startedAt: START,
    deadline: START + 600_000,
    headers: {},
    ...patch,
  };
}

export const keyFor = (...models: string[]): CallHeader['principal'] => ({ ...header().principal, models });

export const delivered: Outcome = {
  delivered: true,
  error: null,
  latencyMs: 5,
  firstTokenMs: null,
  usage: null,
  costNanos: null,
};

export const failure = (code: ErrorCode, options: GatewayErrorOptions = {}): Outcome => ({
  ...delivered,
  delivered: false,
  error: new GatewayError(code, `the ${code} of the provider`, options).toShape(),
});

/** What a worker does with an attempt; the last answer is given for ever. */
export type Answers = readonly Outcome[] | ((attempt: AttemptHeader) => Outcome);

/** A router whose clock, chance and workers are in the spec's hand. `sleep` moves the clock. */
export class Stage {
  clock = START;
  readonly slept: number[] = [];
  readonly attempts: AttemptHeader[] = [];
  readonly targets: string[] = [];
  readonly abort = new AbortController();
  readonly config: LiveConfig;
  readonly state = new MemoryState({ now: () => this.clock });
  readonly assembly: RouterAssembly;
  readonly router: CallRouter;
  readonly alerts: Alert[] = [];

  constructor(
    settings: GatewayConfig,
    private readonly answers: Answers = [delivered],
    random: () => number = () => 0,
  ) {
    const tools = {
      now: () => this.clock,
      random,
      sleep: (milliseconds: number) => {
        this.slept.push(milliseconds);
        this.clock += milliseconds;
        return Promise.resolve();
      },
    };
    const bus = {
      isConnected: () => true,
      publish: () => undefined,
      record: (_contract: unknown, event: unknown) => {
        this.alerts.push(event as Alert);
        return Promise.resolve();
      },
      request: () => Promise.reject(new Error('no billing here')),
    };
    this.config = new LiveConfig(settings);
    const { config, state } = this;
    this.assembly = assembleRouter({ config, state, bus, replica: 'here', tools });
    this.router = this.assembly.router;
  }

  get context(): RouteContext {
    const forward = <Header>(
      _contract: CallContract<Header>,
      target: string,
      sent: Header,
    ): Promise<Outcome> => {
      const attempt = sent as AttemptHeader;
      const { answers } = this;
      const answer =
        typeof answers === 'function'
          ? answers(attempt)
          : (answers[Math.min(this.attempts.length, answers.length - 1)] ?? delivered);
      this.targets.push(target);
      this.attempts.push(attempt);
      return Promise.resolve(answer);
    };
    return { signal: this.abort.signal, aborts: this.abort.signal, forward };
  }

  route(patch: Partial<CallHeader> = {}): Promise<Outcome> {
    return this.router.route(header(patch), this.context);
  }

  /** Routes a call that must fail. */
  async fails(patch: Partial<CallHeader> = {}): Promise<GatewayError> {
    const error: unknown = await this.route(patch).then(
      () => new Error('the call was delivered'),
      (reason: unknown) => reason,
    );
    if (error instanceof GatewayError) return error;
    throw error;
  }

  /** The deployments that are out, with the time of their return. */
  out(): [id: string, until: number][] {
    return [...openCircuits(this.state, this.clock)];
  }

  /** Of the decision of a call, without their times. */
  steps(callId = 'call'): object[] {
    const steps = this.assembly.decisions.find(callId)?.steps ?? [];
    return steps.map(({ at: _at, ...step }) => step);
  }

  /** The deployments that were asked, in order. */
  get asked(): string[] {
    return this.attempts.map(({ deploymentId }) => deploymentId);
  }
}

/** A group of deployments as an exact name reaches it. */
export const toGroup = (name: string, deployments: readonly Deployment[], isLone: boolean): Group =>
  groupOf({
    name,
    members: deployments.map((own) => ({
      deployment: own,
      provider: own.provider,
      upstreamModel: own.model,
    })),
    isLone,
    isWildcard: false,
  });
