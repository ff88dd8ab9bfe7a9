import type { GuardrailRule } from '@tollgate/config';
import { replaced } from './finding.js';
import { findingRule } from './finders.js';
import { folding, plainest } from './folding.js';
import { textGuard } from '../text-guard.js';

const patterns = (...finds: ('EMAIL_ADDRESS' | 'CREDIT_CARD' | { source: string; flags: string })[]) =>
  ({
    kind: 'patterns',
    patterns: finds.map((one) => ({ name: 'x', finds: one, action: 'mask', tag: 'X' })),
  }) satisfies GuardrailRule;
const SECRETS: GuardrailRule = { kind: 'secrets', action: 'mask' };
const MOON = patterns({ source: '\\bmoonshot\\b', flags: 'gi' });

const masked = (rule: GuardrailRule, text: string): string => {
  const guardrail = { name: 'g', label: 'g', modes: new Set(['pre_call'] as const), isDefault: true };
  const [found = []] = textGuard({ ...guardrail, info: null, rule })!.find([{ text, role: 'user' }]);
  return replaced(text, found, () => 'X');
};

it.each([
  [MOON, 'of moon\u200bshot, now', 'of X, now'],
  [MOON, 'of \u200bm\u00ado\u2060onshot\u{e0041} now', 'of \u200bX now'],
  [MOON, 'é \u{1f600} ｍｏｏｎshot – é', 'é \u{1f600} X – é'],
  [MOON, '𝐦oonshot', 'X'],
  [SECRETS, 'AKIA\u200bIOSFODNN7EXAMPLE', 'X'],
  [patterns('EMAIL_ADDRESS'), 'to bob＠example.com, ﬁrst', 'to X, ﬁrst'],
  [patterns('EMAIL_ADDRESS'), 'to ﬁ@example.com', 'to X'],
  [patterns('CREDIT_CARD'), 'is 4111‑1111‑1111‑1111.', 'is X.'],
  [patterns('CREDIT_CARD'), 'is 4111\u00a01111\u20111111\u22121111.', 'is X.'],
  [patterns('CREDIT_CARD'), 'is ４１１１１１１１１１１１１１１１.', 'is X.'],
])('%j: %j becomes %j', (rule, text, told) => {
  expect(masked(rule, text)).toBe(told);
});

it('an expression finds other signs than plain ones still', () => {
  expect(masked(patterns({ source: '[ｍ–]', flags: 'g' }), 'ｍ – m -')).toBe('X X m -');
});

it('plain texts are looked through once', () => {
  const seen: string[] = [];
  const find = folding((text) => {
    seen.push(text);
    return [];
  });
  for (const text of ['plain', 'größer, 日本', 'ｍ']) find(text);
  expect(seen).toEqual(['plain', 'größer, 日本', 'ｍ', 'm']);
});

it('long texts take no longer than they must', () => {
  const startedAt = performance.now();
  for (const sign of ['–', 'e\u0301', '\u0301', '\u200b', 'ﷺ', '\ud800'])
    findingRule(SECRETS)?.find(`e${sign.repeat(30_000)}`);
  expect(performance.now() - startedAt).toBeLessThan(3_000);
  expect(plainest('')).toBe('');
});
