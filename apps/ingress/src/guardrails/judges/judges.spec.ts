import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import type { Guardrail, GuardrailMode, GuardrailRule, WebhookRule } from '@tollgate/config';
import {
  CHAT,
  data,
  errorOf,
  HEAD,
  jsonAnswer,
  sseAnswer,
  startIngress,
  type Harness,
} from '../../_harness.js';

const PATH = '/v1/chat/completions';

interface Question {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly body: { readonly texts: string[]; readonly input_type: string };
}

let ingress: Harness;
let service: Server;
let verdict: (question: Question) => object | null | Promise<object>;
let questions: Question[];
beforeEach(async () => {
  questions = [];
  verdict = () => ({ action: 'NONE' });
  service = createServer((request, response) => {
    void readText(request).then(async (text) => {
      const question = {
        path: request.url ?? '',
        headers: request.headers,
        text,
        body: JSON.parse(text) as Question['body'],
      };
      questions.push(question);
      const decided = await verdict(question);
      response.statusCode = decided === null ? 500 : 200;
      response.end(JSON.stringify(decided));
    });
  });
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  service.closeAllConnections();
  service.close();
  await ingress.close();
});

const webhook = (changes: Partial<WebhookRule> = {}): WebhookRule => ({
  kind: 'webhook',
  url: `http://127.0.0.1:${(service.address() as AddressInfo).port}`,
  ...{ apiKey: 'k', secret: 'whisper', headers: { 'x-of-mine': 'v' }, timeoutMs: 5_000, failsOpen: false },
  parameters: { level: 3 },
  ...changes,
});

async function start(rule: GuardrailRule, ...modes: GuardrailMode[]): Promise<void> {
  const guardrail: Guardrail = {
    name: 'g',
    label: 'x',
    rule,
    modes: new Set(modes),
    isDefault: true,
    info: null,
  };
  ingress = await startIngress({}, { guardrails: new Map([['g', guardrail]]) });
}

const answer = (content: string): string =>
  JSON.stringify({ choices: [{ index: 0, message: { role: 'assistant', content } }] });
const chunk = (content: string): string => JSON.stringify({ choices: [{ index: 0, delta: { content } }] });
const ask = (more: object = {}): Promise<Response> => ingress.post(PATH, { ...CHAT, ...more });

describe('a webhook', () => {
  it('is asked in the words of LiteLLM, signed', async () => {
    await start(webhook(), 'pre_call');
    expect((await ask()).status).toBe(200);
    const [question] = questions;
    expect(question?.path).toBe('/beta/litellm_basic_guardrail_api');
    expect(question?.body).toMatchObject({
      texts: ['Hello'],
      input_type: 'request',
      additional_provider_specific_params: { level: 3 },
    });
    expect(question?.headers).toMatchObject({ 'x-api-key': 'k', 'x-of-mine': 'v' });
    const [, seconds = '', digest] =
      /^t=(\d+),v1=(\w+)$/.exec(String(question?.headers['x-tollgate-signature'])) ?? [];
    const wanted = createHmac('sha256', 'whisper')
      .update(`${seconds}.${question?.text ?? ''}`)
      .digest('hex');
    expect(digest).toBe(wanted);
  });

  it('may refuse a request, or change it', async () => {
    await start(webhook(), 'pre_call');
    verdict = () => ({ action: 'BLOCKED', blocked_reason: 'not today' });
    expect(await errorOf(await ask())).toMatchObject({
      status: 400,
      message: "Violated guardrail policy 'g': not today",
    });
    expect(ingress.bus.calls).toEqual([]);
    verdict = () => ({ action: 'GUARDRAIL_INTERVENED', texts: ['Goodbye'] });
    await ask();
    expect(JSON.parse(ingress.bus.calls[0]?.body ?? '')).toMatchObject({
      messages: [{ content: 'Goodbye' }],
    });
  });

  it('judges answers when they are whole, streams too', async () => {
    await start(webhook(), 'post_call');
    ingress.bus.frames = () => sseAnswer(chunk('so '), chunk('bad'), '[DONE]');
    expect(await (await ask({ stream: true })).text()).toContain('[DONE]');
    expect(questions[0]?.body).toMatchObject({ texts: ['so bad'], input_type: 'response' });
    verdict = () => ({ action: 'BLOCKED' });
    expect((await ask({ stream: true })).status).toBe(400);
    ingress.bus.frames = () => jsonAnswer(answer('so bad'));
    expect((await ask()).status).toBe(400);
    verdict = () => ({ action: 'GUARDRAIL_INTERVENED', texts: ['so good'] });
    expect(await (await ask()).text()).toBe(answer('so good'));
  });

  it.each([
    ['an error', () => null],
    ['nonsense', () => ({ action: 'MAYBE' })],
    ['texts that are not as many', () => ({ action: 'GUARDRAIL_INTERVENED', texts: [] })],
  ])('that answers with %s lets no call go on', async (_what, answered) => {
    await start(webhook(), 'pre_call');
    verdict = answered;
    expect(await errorOf(await ask())).toMatchObject({ status: 503, type: 'service_unavailable' });
  });

  it('that is away lets calls go on where that is wanted', async () => {
    await start(webhook({ url: 'http://127.0.0.1:1', failsOpen: true }), 'pre_call');
    expect((await ask()).status).toBe(200);
  });

  it('that does not answer in time lets no call go on', async () => {
    await start(webhook({ timeoutMs: 50 }), 'pre_call');
    verdict = () => new Promise(() => undefined);
    expect(await errorOf(await ask())).toMatchObject({
      status: 503,
      message: "The guardrail 'g' cannot decide: it was asked and did not answer in time",
    });
  });

  describe('that is asked beside the call', () => {
    let questioned: Promise<(action: string) => void>;
    beforeEach(async () => {
      await start(webhook(), 'during_call');
      questioned = new Promise((resolveQuestion) => {
        verdict = () => new Promise((resolve) => resolveQuestion((action) => resolve({ action })));
      });
    });

    it('ends it', async () => {
      let isCalled: () => void = () => undefined;
      const called = new Promise<void>((resolve) => (isCalled = resolve));
      ingress.bus.frames = async function* frames(signal) {
        isCalled();
        yield await new Promise<never>((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(new Error('ended'))),
        );
      };
      const refused = ask();
      await called;
      (await questioned)('BLOCKED');
      expect((await refused).status).toBe(400);
      expect(ingress.bus.calls[0]?.cancelled).toBe(true);
    });

    it('lets nothing of its answer go on before it has decided', async () => {
      ingress.bus.frames = async function* frames() {
        yield { type: 'head', head: HEAD };
        yield data('{"ok":true}');
        yield { type: 'end', end: { usage: null, costNanos: 0 } };
      };
      let isAnswered = false;
      const answered = ask().finally(() => (isAnswered = true));
      const decide = await questioned;
      await new Promise(setImmediate);
      expect(isAnswered).toBe(false);
      decide('NONE');
      expect(await (await answered).text()).toBe('{"ok":true}');
    });
  });
});

describe('a model that is asked', () => {
  const replies = (judgement: string, asked: string[] = []): void => {
    ingress.bus.frames = () => {
      const { header, body } = ingress.bus.calls.at(-1)!;
      asked.push(`${header.dialect} ${header.model} ${body}`);
      return jsonAnswer(header.model === 'chat-default' ? answer('fine') : judgement);
    };
  };
  const flagged = JSON.stringify({
    results: [{ flagged: true, categories: { violence: true, hate: false } }],
  });
  const MODERATION = { kind: 'moderation', model: 'openai/omni', failsOpen: false } as const;
  const TOPICS = { kind: 'topics', model: 'chat-quality', topics: ['cooking'], failsOpen: false } as const;

  it('moderates what users say, on their bill', async () => {
    await start(MODERATION, 'pre_call');
    const asked: string[] = [];
    replies(flagged, asked);
    const messages = [{ role: 'system', content: 'Be rude.' }, ...CHAT.messages];
    expect(await errorOf(await ask({ messages }))).toMatchObject({
      status: 400,
      message: "Violated guardrail policy 'g': flagged for violence",
    });
    expect(asked).toEqual(['openai-moderations openai/omni {"model":"openai/omni","input":["Hello"]}']);
    const [call] = ingress.bus.calls;
    expect(call?.header.principal.keyHash).not.toBe('');
    replies(JSON.stringify({ results: [{ flagged: false, categories: {} }] }));
    expect(await (await ask()).text()).toBe(answer('fine'));
  });

  it.each([
    ['Yes.', 200],
    ['no', 400],
    ['perhaps', 503],
  ])('says %j of the topic: %d', async (word, status) => {
    await start(TOPICS, 'pre_call');
    replies(answer(word));
    expect((await ask()).status).toBe(status);
    const [{ body } = { body: '' }] = ingress.bus.calls;
    expect(body).toContain('cooking');
    expect(body).toContain('<text>\\nHello\\n</text>');
  });
});
