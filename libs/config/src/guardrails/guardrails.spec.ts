import { loadConfig } from '../load-config.js';

const read = (guardrails: string, models = '[]') =>
  loadConfig(
    { text: `model_list: ${models}\nguardrails:\n${guardrails}`, file: 'a.yaml' },
    {},
    {
      needsMasterKey: false,
    },
  );

const one = (params: string) =>
  [...read(`  - guardrail_name: g\n    litellm_params: ${params}`).config.guardrails.values()][0];

it('reads LiteLLM’s kinds by their names, in the order of the file', () => {
  const { config } = read(`
  - guardrail_name: filter
    litellm_params:
      guardrail: litellm_content_filter
      mode: [pre_call, post_call]
      default_on: true
      patterns:
        - { pattern_type: prebuilt, pattern_name: us_ssn, action: BLOCK }
        - { pattern_type: regex, pattern: '(?i)project-\\d{3}', name: project, action: MASK }
      blocked_words: [{ keyword: 'c++ (old)' }]
  - { guardrail_name: pii, litellm_params: { guardrail: presidio, pii_entities_config: { EMAIL_ADDRESS: MASK, CREDIT_CARD: BLOCK } } }`);
  expect([...config.guardrails.keys()]).toEqual(['filter', 'pii']);
  expect(config.guardrails.get('filter')).toMatchObject({
    label: 'litellm_content_filter',
    modes: new Set(['pre_call', 'post_call']),
    isDefault: true,
    rule: {
      patterns: [
        { name: 'us_ssn', finds: 'US_SSN', action: 'block', tag: '[US_SSN_REDACTED]' },
        { name: 'project', finds: { source: 'project-\\d{3}', flags: 'gi' }, tag: '[PROJECT_REDACTED]' },
        { action: 'block', tag: '[KEYWORD_REDACTED]' },
      ],
    },
  });
  expect(config.guardrails.get('pii')?.rule).toEqual({
    kind: 'patterns',
    patterns: [
      { name: 'EMAIL_ADDRESS', finds: 'EMAIL_ADDRESS', action: 'mask', tag: null },
      { name: 'CREDIT_CARD', finds: 'CREDIT_CARD', action: 'block', tag: null },
    ],
  });
});

it('finds whole words only, in any case', () => {
  const rule = one('{ guardrail: regex, blocked_words: [{ keyword: "c++ (old)" }] }')?.rule;
  const [word] = rule?.kind === 'patterns' ? rule.patterns : [];
  const { source, flags } = word?.finds as { source: string; flags: string };
  const found = ['C++ (OLD) is', 'xc++ (old)', 'c++ (olden)'].map((text) =>
    new RegExp(source, flags).test(text),
  );
  expect(found).toEqual([true, false, false]);
});

it.each([
  ['{ guardrail: lakera_v2 }', 'litellm_params.guardrail (line 4): expected pii, presidio'],
  ['{ mode: pre_call }', 'guardrail (line 4): is missing'],
  ['{ guardrail: regex }', 'nothing is found'],
  ['{ guardrail: regex, patterns: [{ pattern: "(" }] }', 'is not a regular expression'],
  ['{ guardrail: regex, patterns: [{ pattern: "a*" }] }', 'finds the empty text'],
  [
    '{ guardrail: pii, pii_entities_config: { PERSON: MASK } }',
    'PERSON (line 4): cannot be told from a text',
  ],
  ['{ guardrail: max_length }', 'max_characters (line 4): is missing'],
  ['{ guardrail: topics, model: m }', 'allowed_topics'],
  ['{ guardrail: webhook, api_base: "ftp://x" }', 'must be a URL'],
  ['{ guardrail: secrets, mode: after }', 'expected pre_call, during_call, post_call'],
  ['{ guardrail: secrets, modes: post_call }', 'did you mean mode'],
])('refuses %s', (params, problem) => {
  expect(() => one(params)).toThrow(problem);
});

it.each([
  ['{ guardrial: secrets, default_on: true }', 'guardrial (line 4): unknown key; did you mean guardrail?'],
  [
    '{ guardrail: secrets, mode: pre_cal }',
    'mode (line 4): expected pre_call, during_call, post_call or a list of them; did you mean pre_call?',
  ],
  [
    '{ guardrail: regex, patterns: [{ pattern: "a: (" }] }',
    'patterns[0].pattern (line 4): is not a regular expression of JavaScript: Unterminated group',
  ],
  [
    '{ guardrail: regex, patterns: [] }',
    'patterns (line 4): is missing, and so is blocked_words: nothing is found',
  ],
])('says of %s this alone', (params, problem) => {
  expect(() => one(params)).toThrow(
    expect.objectContaining({ problems: [`guardrails[0].litellm_params.${problem}`] }),
  );
});

it('refuses what a deployment names and nobody has', () => {
  const models = '[{ model_name: m, litellm_params: { model: openai/m, api_key: k, guardrails: [a, b] } }]';
  const guardrail = '  - { guardrail_name: a, litellm_params: { guardrail: secrets } }';
  expect(() => read(guardrail, models)).toThrow('names the guardrail "b"');
});

it('takes modes that there is nothing for with a warning', () => {
  const { warnings } = read(
    '  - { guardrail_name: a, litellm_params: { guardrail: secrets, mode: [pre_call, logging_only] } }',
  );
  expect(warnings).toEqual(
    expect.arrayContaining([expect.stringContaining('logging_only has no effect yet')]),
  );
});
