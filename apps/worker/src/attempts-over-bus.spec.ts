import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  InProcessBus,
  type BusHandlers,
  type CallContext,
  type CallResponse,
  type ForwardOptions,
} from '@tollgate/bus';
import { bareDeployment, demoConfig, LiveConfig, LiveVariables } from '@tollgate/config';
import {
  attemptCall,
  attemptHeader,
  callHeader,
  callSubject,
  GatewayError,
  routeCall,
  usageRecorded,
  type AttemptHeader,
  type CallHeader,
  type Outcome,
  type UsageEvent,
} from '@tollgate/contracts';
import { Transport } from '@tollgate/providers';
import { startFaultLab, type FaultLab } from '@tollgate/testing/fault-lab';
import { LONG, idle } from './_attempt-fixture.js';
import { AttemptRunner } from './attempt-runner.js';
import { Sessions } from './sessions/sessions.js';
import { Deployments } from './deployments.js';

const TEXT = 'One, two, three, four, five, six, seven, eight, nine, ten.';

/** Attempts as their forwarder and their caller see them, with a real bus in between. */
describe('attempts over the bus', () => {
  let lab: FaultLab;
  let transport: Transport;
  let directory: string;
  let bus: InProcessBus;
  let recorded: UsageEvent[];
  beforeAll(async () => {
    lab = await startFaultLab();
    transport = new Transport();
  });
  afterAll(async () => {
    await transport.close();
    await lab.close();
  });
  beforeEach(async () => {
    lab.reset();
    recorded = [];
    directory = mkdtempSync(join(tmpdir(), 'tollgate-worker-'));
    bus = await InProcessBus.open({ dataDirectory: directory, retryMs: 5 });
  });
  afterEach(async () => {
    await bus.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const deploymentOf = (id: string) => ({
    ...bareDeployment({ id, group: 'chat', provider: 'openai', model: id }),
    ...{ apiBase: `${lab.url}/v1`, apiKey: { env: 'KEY' } },
  });
  const serve = async (
    route: (header: CallHeader, context: CallContext) => Promise<Outcome>,
  ): Promise<void> => {
    const config = new LiveConfig({ ...demoConfig(), deployments: ['a', 'b'].map(deploymentOf) });
    const deployments = new Deployments(config, new LiveVariables({ KEY: 'sk-some-key' }), null, {
      providers: null,
    });
    const runner = new AttemptRunner(deployments, transport, bus, new Sessions());
    const handlers: BusHandlers = {
      service: 'all',
      requests: new Map(),
      events: new Map(),
      durables: new Map([
        [usageRecorded.subject, (events) => Promise.resolve(void recorded.push(...(events as UsageEvent[])))],
      ]),
      calls: new Map([
        [routeCall.subject, (header, context) => route(header as CallHeader, context)],
        [
          callSubject(attemptCall, 'openai'),
          (header, context) => runner.run(header as AttemptHeader, context),
        ],
      ]),
    };
    await bus.serve(handlers);
  };
  const attempt = (
    header: CallHeader,
    context: CallContext,
    model: string,
    own: Partial<AttemptHeader> = {},
    options?: ForwardOptions,
  ): Promise<Outcome> => {
    const sent = attemptHeader.parse({
      ...{
        call: header,
        attemptId: `call:${model}`,
        deploymentId: model,
        group: 'chat',
        upstreamModel: model,
      },
      clocks: { connectMs: LONG, firstTokenMs: LONG, idleMs: LONG, totalMs: LONG },
      ...{ retries: 0, fallbacks: 0, ...own },
    });
    return context.forward(attemptCall, 'openai', sent, options);
  };
  const call = (): CallResponse => {
    const header = callHeader.parse({
      ...{ id: 'call', dialect: 'openai-chat', model: 'chat', stream: true, includeUsage: true },
      principal: {
        keyHash: 'h',
        keyAlias: null,
        userId: null,
        teamId: null,
        organizationId: null,
        projectId: null,
        isAdmin: false,
        models: [],
      },
      ...{ endUser: null, tags: [], inputTokens: 2, headers: {} },
      ...{ startedAt: Date.now(), deadline: Date.now() + LONG },
    });
    const messages = [{ role: 'user', content: 'Count!!!' }];
    const body = Buffer.from(JSON.stringify({ model: 'chat', stream: true, messages }));
    return bus.call(routeCall, header, body, { id: 'call', deadline: header.deadline });
  };
  /** The client's stream: its text, how many heads it has, and how it ends. */
  const answer = async (): Promise<{ text: string; heads: number; end: unknown; wire: string }> => {
    const parts: Uint8Array[] = [];
    let heads = 0;
    let end: unknown;
    for await (const frame of call()) {
      if (frame.type === 'head') heads += 1;
      else if (frame.type === 'data') parts.push(frame.data);
      else end = frame.end;
    }
    const wire = Buffer.concat(parts).toString();
    const text = [...wire.matchAll(/"content":"([^"]*)"/g)].map(([, piece]) => piece).join('');
    return { text, heads, end, wire };
  };
  const usageOf = async (count: number): Promise<UsageEvent[]> => {
    await bus.drain(5_000);
    expect(recorded).toHaveLength(count);
    return recorded.toSorted((left, right) => left.id.localeCompare(right.id));
  };

  it('are one answer when the first breaks off and the second goes on', async () => {
    lab.script('a', [{ text: TEXT, endAfterBytes: 1_500 }]);
    lab.script('b', [{ text: TEXT }]);
    const outcomes: Outcome[] = [];
    await serve(async (call, context) => {
      const first = await attempt(call, context, 'a', { resumable: true });
      const second = await attempt(call, context, 'b', { role: 'continuation', partial: first.partial });
      outcomes.push(first, second);
      return second;
    });
    const { text, heads, end, wire } = await answer();
    expect([text, heads, wire.split('[DONE]').length]).toEqual([TEXT, 2, 2]);
    const [first, second] = await usageOf(2);
    expect(first).toMatchObject({ status: 'partial', role: 'primary', callId: 'call' });
    expect(second).toMatchObject({ status: 'complete', role: 'continuation', callId: 'call' });
    const output = (first?.usage.output ?? 0) + (second?.usage.output ?? 0);
    expect(end).toMatchObject({ usage: { input: 2, output } });
    expect(outcomes[0]?.partial?.text).not.toBe('');
  });

  it('end in the error when nobody goes on', async () => {
    lab.script('a', [{ text: TEXT, endAfterBytes: 1_500 }]);
    await serve(async (call, context) => attempt(call, context, 'a', { resumable: true }));
    await expect(answer()).rejects.toMatchObject({ code: 'upstream_stream_broken' });
  });

  it('are two bills and one answer when they compete', async () => {
    lab.script('a', [{ text: TEXT, delayMs: LONG }]);
    lab.script('b', [{ text: TEXT }]);
    const outcomes: Outcome[] = [];
    await serve(async (call, context) => {
      const slow = new AbortController();
      const first = attempt(call, context, 'a', {}, { signal: slow.signal });
      const delivered = (): void => slow.abort();
      const second = await attempt(call, context, 'b', { role: 'hedge' }, { delivered });
      outcomes.push(await first, second);
      return second;
    });
    expect((await answer()).text).toBe(TEXT);
    const [lost, won] = await usageOf(2);
    expect(lost).toMatchObject({ status: 'partial', errorCode: 'cancelled', usage: { input: 2, output: 0 } });
    expect(won).toMatchObject({ status: 'complete', role: 'hedge' });
    expect(outcomes).toMatchObject([
      { delivered: false, error: { code: 'cancelled' } },
      { delivered: true, error: null },
    ]);
    await idle(lab);
    expect(lab.stats().byModel).toMatchObject({ a: { aborted: 1 }, b: { aborted: 0 } });
  });

  it.each([
    ['answers', { text: 'Copy.' }, null],
    ['fails', { status: 500 }, 'upstream_error'],
  ] as const)('leave the caller alone when a mirror %s', async (_what, step, code) => {
    lab.script('a', [{ text: TEXT, chunkDelayMs: 2 }]);
    lab.script('b', [step]);
    let mirrored: Promise<Outcome> | undefined;
    await serve((call, context) => {
      mirrored = attempt(call, context, 'b', { role: 'mirror' });
      return attempt(call, context, 'a');
    });
    expect(await answer()).toMatchObject({ text: TEXT, heads: 1 });
    const outcome = await mirrored;
    expect([outcome?.delivered, outcome?.error?.code ?? null]).toEqual([false, code]);
    const [own, copy] = await usageOf(2);
    expect([own?.keyHash, copy?.keyHash, copy?.role]).toEqual(['h', 'mirror', 'mirror']);
  });

  it('are told of a cancel, whichever runs', async () => {
    lab.script('a', [{ text: TEXT, endAfterBytes: 1_500 }]);
    lab.script('b', [{ text: TEXT, stallAfterBytes: 600 }]);
    const outcomes: Outcome[] = [];
    await serve(async (call, context) => {
      const first = await attempt(call, context, 'a', { resumable: true });
      const going = attempt(call, context, 'b', { partial: first.partial, resumable: true });
      outcomes.push(await going);
      throw new GatewayError('cancelled', 'over');
    });
    let heads = 0;
    for await (const frame of call()) {
      if (frame.type === 'head') heads += 1;
      if (heads === 2 && frame.type === 'data') break;
    }
    await usageOf(2);
    expect(outcomes).toMatchObject([{ delivered: true, error: { code: 'cancelled' } }]);
    await idle(lab);
    expect(lab.stats().byModel['b']?.aborted).toBe(1);
  });
});
