import type { ForwardOptions } from '@tollgate/bus';
import { LiveConfig, type GatewayConfig } from '@tollgate/config';
import {
  GatewayError,
  type Alert,
  type AttemptHeader,
  type CallHeader,
  type Outcome,
} from '@tollgate/contracts';
import { MemoryState } from '@tollgate/state';
import { VirtualTime, seeded } from '@tollgate/testing';
import { START, delivered, header } from './_fixtures.js';
import { assembleRouter, type RouterAssembly } from './assemble-router.js';
import type { RouteContext } from './progress.js';

/** How a deployment takes an attempt: its head after so long (ms), its end after so long. */
export interface Script {
  readonly headMs?: number;
  readonly endMs: number;
  readonly outcome?: Outcome;
}

type Answer = (attempt: AttemptHeader) => Script;

/** A router in virtual time, whose deployments answer by script. */
export class TimedStage {
  readonly time = new VirtualTime(START);
  readonly attempts: AttemptHeader[] = [];
  readonly cancelled: string[] = [];
  readonly alerts: Alert[] = [];
  readonly config: LiveConfig;
  readonly state = new MemoryState({ now: this.time.now });
  readonly assembly: RouterAssembly;
  readonly abort = new AbortController();

  constructor(
    settings: GatewayConfig,
    private readonly answers: Readonly<Record<string, Answer | Script>>,
    random: () => number = seeded(1),
  ) {
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
    const tools = { now: this.time.now, random, sleep: this.time.sleep };
    const { config, state } = this;
    this.assembly = assembleRouter({ config, state, bus, replica: 'here', tools });
  }

  get asked(): string[] {
    return this.attempts.map(({ deploymentId }) => deploymentId);
  }

  /** Starts a call now; it runs when time does. */
  start(patch: Partial<CallHeader> = {}): Promise<Outcome> {
    const startedAt = this.time.now();
    const call = header({ startedAt, deadline: startedAt + 60_000, ...patch });
    const context: RouteContext = {
      signal: this.abort.signal,
      aborts: this.abort.signal,
      forward: (_contract, _target, sent, options) => this.forward(sent as AttemptHeader, options),
    };
    return this.assembly.router.route(call, context);
  }

  /** Routes a call to its end; a GatewayError when it fails. */
  async route(patch: Partial<CallHeader> = {}): Promise<Outcome | GatewayError> {
    const settled = this.start(patch).catch((error: unknown) => {
      if (error instanceof GatewayError) return error;
      throw error;
    });
    await this.time.run();
    return settled;
  }

  steps(callId = 'call'): object[] {
    const steps = this.assembly.decisions.find(callId)?.steps ?? [];
    return steps.map(({ at: _at, ...step }) => step);
  }

  private async forward(attempt: AttemptHeader, options: ForwardOptions = {}): Promise<Outcome> {
    this.attempts.push(attempt);
    const answer = this.answers[attempt.deploymentId] ?? { endMs: 5 };
    const { headMs, endMs, outcome = delivered } = typeof answer === 'function' ? answer(attempt) : answer;
    const { signal, delivered: hear } = options;
    try {
      if (headMs !== undefined) {
        await this.time.sleep(headMs, signal);
        hear?.();
      }
      await this.time.sleep(endMs - (headMs ?? 0), signal);
    } catch {
      this.cancelled.push(attempt.deploymentId);
      const error = new GatewayError('cancelled', 'cancelled').toShape();
      return { ...outcome, delivered: false, error, costNanos: 30 };
    }
    if (headMs === undefined && outcome.delivered) hear?.();
    return { ...outcome, latencyMs: endMs, firstTokenMs: attempt.call.stream ? (headMs ?? endMs) : null };
  }
}
