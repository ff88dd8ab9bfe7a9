import type { Clocks } from '@tollgate/contracts';
import { SseDecoder } from '@tollgate/dialects';
import {
  createInProcessLab,
  inProcessConnector,
  type FaultLab,
  type Step,
} from '@tollgate/testing/fault-lab';
import { Agent } from 'undici';
import { Attempt, type Answer } from './attempt.js';
import { connectionTo } from './connection.js';
import { wayTo } from './endpoint.js';
import { Transport } from './kit/transport.js';
import { PROVIDERS } from './manifest.js';

const LONG = 20_000;
const CLOCKS: Clocks = { connectMs: LONG, firstTokenMs: LONG, idleMs: LONG, totalMs: LONG };
const OPTIONS = { defaults: {}, extraBody: {}, additionalDropParams: [], dropParams: false };
const KEY = 'sk-conformance-secret';

describe('the manifest', () => {
  it('names each provider once, in the shape of a subject’s token', () => {
    const names = PROVIDERS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z0-9_-]+$/);
  });
});

/** Others have a spec of their own: those that do not chat, and those whose form is nobody's dialect. */
const CHATTING = PROVIDERS.filter((provider) => {
  const way = wayTo(provider.endpoints('some-model'), 'openai-chat');
  if (way === null) return false;
  const { adapter, dialect, framing } = way.endpoint;
  // The lab has no legacy completions, nor SageMaker's streams of other servers: `text-completion-openai` and it have specs of their own.
  const isPlayed =
    dialect === 'openai-chat' ? framing !== 'aws-event-stream' : dialect !== 'openai-completions';
  return isPlayed && adapter === undefined;
});

describe.each(CHATTING.map((provider) => [provider.name, provider] as const))(
  'provider %s',
  (name, provider) => {
    let lab: FaultLab;
    let agent: Agent;

    beforeEach(() => {
      lab = createInProcessLab();
      agent = new Agent({ connect: inProcessConnector(lab) as never });
    });

    afterEach(async () => {
      await agent.destroy();
    });

    const start = (step: Step, stream = false): { attempt: Attempt; answer: Promise<Answer> } => {
      const model = provider.modelName?.('some-model') ?? 'some-model';
      lab.script(model, [step]);
      const settings = {
        apiKey: KEY,
        apiBase: 'http://provider/v1',
        apiVersion: null,
        organization: 'org',
        more: {},
      };
      const transport = new Transport({ dispatchers: new Map([[name, agent]]) });
      const body = JSON.stringify({ model: 'x', stream, messages: [{ role: 'user', content: 'Hello!!!' }] });
      const attempt = new Attempt(transport, connectionTo(provider, settings), {
        attemptId: 'call:1',
        dialect: 'openai-chat',
        model: 'x',
        upstreamModel: 'some-model',
        stream,
        includeUsage: true,
        headers: {},
        options: OPTIONS,
        body: Buffer.from(body),
      });
      return { attempt, answer: attempt.open({ clocks: CLOCKS, signal: new AbortController().signal }) };
    };

    it('has a base and variables that make sense', () => {
      if (provider.defaultBase !== null) expect(URL.canParse(provider.defaultBase)).toBe(true);
      const { more = {}, ...own } = provider.variables;
      for (const variable of [...Object.values<readonly string[]>(own), ...Object.values(more)].flat())
        expect(variable).toMatch(/^[A-Z][A-Z0-9_]+$/);
    });

    it('answers in JSON, with its usage', async () => {
      const { attempt, answer } = start({ text: 'Good day.' });
      const { data } = await answer;
      expect(JSON.parse(Buffer.from(data ?? []).toString())).toMatchObject({
        model: 'x',
        choices: [{ message: { content: 'Good day.' }, finish_reason: 'stop' }],
      });
      expect(attempt.progress.usage).toMatchObject({ input: 2, output: 3 });
    });

    it('puts the key into one header and nowhere else', async () => {
      await start({}).answer;
      const [request] = lab.lastRequests;
      const holders = Object.entries(request?.headers ?? {}).filter(([, value]) =>
        String(value).includes(KEY),
      );
      expect(holders).toHaveLength(1);
      expect(`${request?.path ?? ''}${request?.body.toString() ?? ''}`).not.toContain(KEY);
    });

    it('streams text in order, with exactly one finish', async () => {
      const { answer } = start({ text: 'Good day to all of you.' }, true);
      const { stream } = await answer;
      const parts: Uint8Array[] = [];
      for (let part = await stream?.next(); part; part = await stream?.next()) parts.push(part);
      const events = new SseDecoder().push(Buffer.concat(parts));
      expect(events.at(-1)?.data).toBe('[DONE]');
      const choices = events
        .slice(0, -1)
        .flatMap(
          ({ data }) =>
            (JSON.parse(data) as { choices: { delta: { content?: string }; finish_reason?: string }[] })
              .choices,
        );
      expect(choices.map(({ delta }) => delta.content ?? '').join('')).toBe('Good day to all of you.');
      expect(choices.filter(({ finish_reason: reason }) => reason === 'stop')).toHaveLength(1);
    });

    it.each([
      [400, 'upstream_bad_request'],
      [401, 'upstream_authentication'],
      [429, 'upstream_rate_limited'],
      [500, 'upstream_error'],
      [503, 'upstream_error'],
    ])('reports %i as %s, without the key', async (status, code) => {
      const body = { error: { type: 'x', message: `no, ${KEY}` } };
      const error: unknown = await start({ status, body }).answer.catch((cause: unknown) => cause);
      expect(error).toMatchObject({ code, status });
      expect((error as Error).message).toContain(`${provider.label}Exception - no, `);
      expect((error as Error).message).not.toContain('conformance-secret');
    });

    it('reports a cut stream', async () => {
      const { answer } = start({ text: 'x'.repeat(60), noFinish: true }, true);
      const { stream } = await answer;
      const drain = async (): Promise<void> => {
        while ((await stream?.next()) !== null);
      };
      await expect(drain()).rejects.toMatchObject({ code: 'upstream_stream_broken' });
    });
  },
);
