import type { Guardrail, GuardrailRule } from '@tollgate/config';
import { CHAT, errorOf, jsonAnswer, startIngress, type Harness } from '../_harness.js';
import { CACHE } from './_cache.js';

let ingress: Harness;
afterEach(() => ingress.close());

const guardrail = (rule: GuardrailRule, mode: 'pre_call' | 'post_call'): [string, Guardrail] => [
  'guard',
  { name: 'guard', rule, isDefault: true, label: rule.kind, info: null, modes: new Set([mode]) },
];
const start = async (...one: [string, Guardrail]): Promise<void> => {
  ingress = await startIngress({ cache: CACHE }, { guardrails: new Map([one]) });
};
const say = (content: string): Promise<Response> =>
  ingress.post('/v1/chat/completions', { ...CHAT, messages: [{ role: 'user', content }] });
const answer = (content: string): string =>
  JSON.stringify({ choices: [{ index: 0, message: { role: 'assistant', content } }] });

describe('the response cache behind guardrails', () => {
  it('has what the provider saw and said, and each caller what is its own', async () => {
    const mask = { name: 'EMAIL_ADDRESS', finds: 'EMAIL_ADDRESS', action: 'mask', tag: null } as const;
    await start(...guardrail({ kind: 'patterns', patterns: [mask] }, 'pre_call'));
    ingress.bus.frames = () => jsonAnswer(answer('Sent to <EMAIL_ADDRESS_1>.'));
    expect(await (await say('Mail ada@one.io')).text()).toBe(answer('Sent to ada@one.io.'));
    const second = await say('Mail bob@two.io');
    expect([second.headers.get('x-tollgate-cache'), await second.text()]).toEqual([
      ...['hit', answer('Sent to bob@two.io.')],
    ]);
    expect(second.headers.get('x-litellm-applied-guardrails')).toBe('guard');
    const kept = await ingress.state.cache.findText(second.headers.get('x-litellm-cache-key') ?? '');
    expect(kept).toContain('<EMAIL_ADDRESS_1>');
    expect(kept).not.toContain('@');
  });

  it('gives no answer that they refuse', async () => {
    const word = {
      name: 'a word',
      finds: { source: 'forbidden', flags: 'g' },
      action: 'block',
      tag: null,
    } as const;
    await start(...guardrail({ kind: 'patterns', patterns: [word] }, 'post_call'));
    ingress.bus.frames = () => jsonAnswer(answer('This is forbidden.'));
    for (const _ of [1, 2]) expect(await errorOf(await say('Hello'))).toMatchObject({ status: 400 });
    expect(ingress.bus.calls).toHaveLength(1);
  });
});
