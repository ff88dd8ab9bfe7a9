import type { Bus, CallContext, ResponseWriter } from '@tollgate/bus';
import { bareDeployment, demoConfig, LiveConfig, LiveVariables, type Deployment } from '@tollgate/config';
import {
  attemptHeader,
  outcome as outcomeSchema,
  responseHead,
  usageEvent,
  type AttemptHeader,
  type Outcome,
  type ResponseEnd,
  type ResponseHead,
  type UsageEvent,
} from '@tollgate/contracts';
import { Transport } from '@tollgate/providers';
import { startFaultLab, type FaultLab, type Step } from '@tollgate/testing/fault-lab';
import { AttemptRunner } from './attempt-runner.js';
import { Deployments } from './deployments.js';
import { Sessions } from './sessions/sessions.js';
import type { KnownUsage, UsageState } from './usage-event.js';

/** Milliseconds that no test lasts. */
export const LONG = 20_000;

/** Remembers the one draft of a test and how it ended, and what was asked of others. */
class FakeOutbox {
  drafted: UsageEvent | undefined;
  patches: Partial<UsageEvent>[] = [];
  committed: UsageEvent | undefined;
  discarded = false;
  readonly asked: object[] = [];

  readonly bus = {
    request: ({ subject }: { subject: string }, question: object) => {
      this.asked.push({ subject, ...question });
      return Promise.resolve({});
    },
    draft: (_contract: unknown, known: KnownUsage, state: UsageState) => {
      this.drafted = { ...known, ...state };
      return {
        update: (patch: Partial<UsageState>) => void this.patches.push(patch),
        commit: (last: UsageState, event: UsageEvent) => {
          expect(event).toEqual({ ...known, ...last });
          this.committed = usageEvent.parse(event);
          return Promise.resolve();
        },
        discard: () => void (this.discarded = true),
      };
    },
  } as unknown as Bus;
}

class FakeResponse implements ResponseWriter {
  sentHead: ResponseHead | undefined;
  sentEnd: ResponseEnd | undefined;
  isYielded = false;
  isDetached = false;
  private readonly parts: Uint8Array[] = [];

  /** `onWrite` runs before each write is done; what it throws, the write rejects with. */
  constructor(private readonly onWrite: (text: string) => void = () => undefined) {}

  head(head: ResponseHead): void {
    this.sentHead = responseHead.parse(head);
  }

  async write(data: Uint8Array): Promise<void> {
    this.parts.push(data);
    await Promise.resolve();
    this.onWrite(this.text);
  }

  end(end: ResponseEnd): void {
    this.sentEnd = end;
  }

  yield(): void {
    this.isYielded = true;
  }

  detach(): void {
    this.isDetached = true;
  }

  get text(): string {
    return Buffer.concat(this.parts).toString();
  }
}

/** What is out of the ordinary about an attempt. */
export interface OwnAttempt {
  readonly stream?: boolean;
  readonly deployment?: Partial<Deployment>;
  readonly variables?: Record<string, string>;
  readonly controller?: AbortController;
  /** See `FakeResponse`. */
  readonly onWrite?: (text: string) => void;
  readonly clocks?: Partial<AttemptHeader['clocks']>;
  readonly header?: Partial<AttemptHeader>;
  readonly call?: Partial<AttemptHeader['call']>;
}

interface EndedAttempt {
  readonly result: Outcome;
  readonly outbox: FakeOutbox;
  readonly response: FakeResponse;
}

export interface AttemptFixture {
  lab(): FaultLab;
  /** One attempt at a lab that does as the step says. */
  run(step: Step, own?: OwnAttempt): Promise<EndedAttempt>;
  /** The lab has noticed the end of every call. */
  labIsIdle(): Promise<void>;
}

const headerOf = ({ stream = false, clocks, header, call }: OwnAttempt): AttemptHeader =>
  attemptHeader.parse({
    call: {
      id: 'call',
      dialect: 'openai-chat',
      model: 'chat-default',
      stream,
      includeUsage: false,
      principal: {
        keyHash: 'h',
        keyAlias: null,
        userId: 'u',
        teamId: 't',
        organizationId: null,
        projectId: null,
        isAdmin: false,
        models: [],
      },
      endUser: 'e',
      tags: ['a'],
      inputTokens: 11,
      startedAt: Date.now(),
      deadline: Date.now() + LONG,
      headers: {},
      ...call,
    },
    attemptId: 'call:1',
    deploymentId: 'd1',
    group: 'chat-default',
    upstreamModel: 'gpt-4o-mini',
    clocks: { connectMs: LONG, firstTokenMs: LONG, idleMs: LONG, totalMs: LONG, ...clocks },
    retries: 0,
    fallbacks: 0,
    ...header,
  });

/** A worker without a bus, in front of a fault lab that lives as long as the suite. */
export function attemptFixture(): AttemptFixture {
  let lab: FaultLab;
  let transport: Transport;
  beforeAll(async () => {
    lab = await startFaultLab();
    transport = new Transport();
  });
  beforeEach(() => lab.reset());
  afterAll(async () => {
    await transport.close();
    await lab.close();
  });
  const runnerFor = (own: OwnAttempt, bus: Bus): AttemptRunner => {
    const bare = bareDeployment({
      id: 'd1',
      group: 'chat-default',
      provider: 'openai',
      model: 'gpt-4o-mini',
    });
    const deployment = { ...bare, apiBase: `${lab.url}/v1`, apiKey: { env: 'MY_KEY' }, ...own.deployment };
    const config = { ...demoConfig(), deployments: [deployment] };
    const variables = new LiveVariables(own.variables ?? { MY_KEY: 'sk-worker-secret' });
    const deployments = new Deployments(new LiveConfig(config), variables, null, { providers: null });
    return new AttemptRunner(deployments, transport, bus, new Sessions());
  };
  return {
    lab: () => lab,
    run: async (step, own = {}) => {
      const header = headerOf(own);
      lab.script(header.upstreamModel, [step]);
      const outbox = new FakeOutbox();
      const response = new FakeResponse(own.onWrite);
      const body = JSON.stringify({
        model: 'chat-default',
        stream: header.call.stream,
        messages: [{ role: 'user', content: 'Hello!!!' }],
      });
      const { signal } = own.controller ?? new AbortController();
      const context = {
        body: { size: body.length, bytes: () => Promise.resolve(Buffer.from(body)) },
        signal,
        aborts: signal,
        response,
      } as unknown as CallContext;
      const result = outcomeSchema.parse(await runnerFor(own, outbox.bus).run(header, context));
      return { result, outbox, response };
    },
    labIsIdle: () => idle(lab),
  };
}

/** Resolves when the lab has noticed the end of every call, which it learns a moment after its client. */
export async function idle(lab: FaultLab): Promise<void> {
  const deadline = Date.now() + 1_000;
  while (lab.stats().open > 0 && Date.now() < deadline) await new Promise(setImmediate);
  expect(lab.stats().open).toBe(0);
}
