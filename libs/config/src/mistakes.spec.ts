import { model, problemsOf } from './load-config.test-kit.js';

describe('mistakes', () => {
  it('are all told at once, with path, line and the nearest key', () => {
    const text = `model_list:
  - model_name: a
    litellm_params:
      model: openai/gpt-4o
      api_bse: http://x
      tempratur: 1
      wieght: 2
      rpm: many
router_setings: {}
router_settings:
  num_retries: [2]
  timeout: os.environ/NOT_THERE
`;
    expect(problemsOf(text)).toEqual([
      'model_list[0].litellm_params.rpm (line 8): expected a number of at least 0, got "many"',
      'model_list[0].litellm_params.api_bse (line 5): unknown key; did you mean api_base?',
      'model_list[0].litellm_params.tempratur (line 6): unknown key; did you mean temperature?',
      'model_list[0].litellm_params.wieght (line 7): unknown key; did you mean weight?',
      'router_settings.num_retries (line 11): expected a whole number of at least 0, got a list',
      'router_settings.timeout (line 12): the environment variable NOT_THERE is not set',
      'router_setings (line 9): unknown key; did you mean router_settings?',
    ]);
  });

  it.each([
    ['a: [1', /^\/etc\/tollgate\.yaml \(line \d\): /],
    ['- 1', /expected a mapping of sections/],
    ['model_list: {}', /^model_list \(line 1\): expected a list, got a mapping/],
    ['model_list: [3]', /^model_list\[0\] \(line 1\): expected a mapping, got 3/],
    ['model_list: [{model_name: a}]', /^model_list\[0\]\.litellm_params \(line 1\): is missing/],
    ['model_list: [{litellm_params: {model: openai/a}}]', /model_name \(line 1\): is missing/],
    [
      'model_list: [{model_name: a, litellm_params: {api_key: x}}]',
      /litellm_params\.model \(line 1\): is missing/,
    ],
    [
      'model_list: [{model_name: a, litellm_params: {model: opnai/x}}]',
      /unknown provider opnai; did you mean openai/,
    ],
    ['model_list: [{model_name: a, litellm_params: {model: mystery}}]', /cannot be told from its name/],
    [model('litellm_credential_name: azur'), /no credential azur/],
    [
      model('api_base: ftp://host'),
      /^model_list\[0\]\.litellm_params\.api_base \(line \d+\): must begin with http/,
    ],
    [model('api_base: host:11434'), /api_base \(line \d+\): must begin with http:\/\/ or https:\/\/$/],
    [model('api_base: "http://"'), /api_base \(line \d+\): is not a valid URL$/],
    [model('api_base: os.environ/WORD'), /api_base \(line \d+\): must begin with http:\/\/ or https:\/\/$/],
    [
      'credential_list: [{credential_name: c, credential_values: {api_base: "http://a b"}}]',
      /^credential_list\[0\]\.credential_values\.api_base \(line 1\): is not a valid URL/,
    ],
    ['general_settings: {master_key: password-password}', /must start with sk-/],
    ['general_settings: {maximum_spend_logs_retention_period: soon}', /expected a length such as 90d/],
    ['general_settings: {on_state_down: maybe}', /expected refuse or allow, got "maybe"/],
    ['general_settings: {mastr_key: x}', /unknown key; did you mean master_key/],
    ['litellm_settings: {drop_params: perhaps}', /expected true or false, got "perhaps"/],
    [model('rpm: os.environ/WORD'), /expected a number of at least 0, got what os\.environ\/WORD holds/],
    ['{a: '.repeat(5_000), /is nested too deeply/],
    ['- '.repeat(5_000), /is nested too deeply/],
    ['a: *nowhere', /\(line 1\): unresolved alias/],
    ['? [a]\n: 1', /a key must be a plain word/],
    ['a: 1\n---\nb: 1', /multiple documents/i],
    ['model_list:\n\t- a', /\(line 2\): Tabs are not allowed/],
    ['x: &x [*x]\nmodel_list: []', /nested too deeply|unresolved alias/],
  ])('%j', (text, expected) => {
    expect(problemsOf(text, { WORD: 'hidden' })[0]).toMatch(expected);
  });

  it('never tell a credential', () => {
    const params =
      'api_key: {secret: sk-very-secret}, api_bse: sk-also-secret, api_base: "ftp://u:pass-word@h"';
    expect(problemsOf(model(params)).join('\n')).not.toMatch(/very-secret|also-secret|pass-word/);
  });

  it('bound what aliases expand to', () => {
    const levels = Array.from({ length: 12 }, (_, level) => {
      const items = Array.from({ length: 10 }, () => `*a${level}`).join(', ');
      return `x-${level}: &a${level + 1} [${items}]`;
    });
    const started = Date.now();
    expect(problemsOf(`x-start: &a0 [1]\n${levels.join('\n')}`)[0]).toContain('aliases expand to too much');
    expect(Date.now() - started).toBeLessThan(5_000);
  });

  it('bound the size', () => {
    expect(problemsOf(`# ${'x'.repeat(11 * 1024 * 1024)}`)[0]).toContain('larger than 10 MB');
  });
});
