import { ALERTING_DEFAULTS } from './alerting-defaults.js';
import { readAlertAddresses } from './alert-addresses.js';
import { load, problemsOf } from '../load-config.test-kit.js';

const general = (text: string) =>
  `model_list: []\ngeneral_settings:\n  master_key: sk-0123456789abcdef\n${text}`;
const alertingOf = (text: string) => load(general(text)).config.general.alerting;

it('sends nothing until a channel is named, and then all types but those of changes by administrators', () => {
  const { channels, types } = alertingOf('');
  expect(channels).toEqual([]);
  expect(types.has('budget_alerts')).toBe(true);
  expect(types.has('team_created')).toBe(false);
  expect(alertingOf('')).toEqual(ALERTING_DEFAULTS);
});

it("reads LiteLLM's keys, its names of types included", () => {
  const alerting = alertingOf(`
  alerting: [slack, webhook, email, slack]
  alert_types: [budget_alerts, new_team_created]
  alerting_threshold: 20
  alert_to_webhook_url:
    budget_alerts: https://hooks.example/a
    new_virtual_key_created: [os.environ/KEYS_URL, https://hooks.example/b]
  alert_type_config: { llm_exceptions: { digest: true, digest_interval: 60 }, llm_too_slow: { digest: false } }
  alerting_args: { budget_alert_ttl: 86400, major_outage_alert_threshold: 20, report_check_interval: 3600 }
`);
  expect(alerting).toMatchObject({
    channels: ['slack', 'webhook', 'email'],
    thresholdMs: 20_000,
    budgetQuietMs: 86_400_000,
    outages: { ...ALERTING_DEFAULTS.outages, major: 20 },
  });
  expect([...alerting.types]).toEqual(['budget_alerts', 'team_created']);
  expect([...alerting.urls]).toEqual([
    ['budget_alerts', ['https://hooks.example/a']],
    ['virtual_key_created', [{ env: 'KEYS_URL' }, 'https://hooks.example/b']],
  ]);
  expect([...alerting.digests]).toEqual([['llm_exceptions', 60_000]]);
});

it.each([
  ['  alerting: [slak]', /unknown channel "slak"; did you mean slack/],
  ['  alert_types: [budget_alert]', /unknown alert type "budget_alert"; did you mean budget_alerts/],
  ['  alert_to_webhook_url: { budget_alrts: https://a }', /unknown alert type/],
  ['  alert_email_to: [nobody]', /expected e-mail addresses, got "nobody"/],
  ['  alert_type_config: { llm_exceptions: { digests: true } }', /unknown key; did you mean digest/],
])('%s is a mistake', (text, expected) => {
  expect(problemsOf(general(text))[0]).toMatch(expected);
});

it('never shows an address', () => {
  const [problem] = problemsOf(general('  alert_to_webhook_url: { budget_alerts: ftp://hidden/secret }'));
  expect(problem).toMatch(/must be an address/);
  expect(problem).not.toMatch(/hidden|secret/);
});

it('says of a channel of LiteLLM that it has no effect', () => {
  expect(load(general('  alerting: [pagerduty]')).warnings).toContainEqual(
    expect.stringContaining('pagerduty has no effect yet'),
  );
});

it("takes addresses from LiteLLM's variables", () => {
  expect(readAlertAddresses({})).toEqual({ slack: null, webhook: null, mail: null });
  expect(
    readAlertAddresses({
      SLACK_WEBHOOK_URL: ' https://a ',
      WEBHOOK_URL: '',
      SMTP_HOST: 'mail.example',
      SMTP_PORT: 'none',
      SMTP_USERNAME: 'me@mail.example',
      SMTP_TLS: 'False',
    }),
  ).toEqual({
    slack: 'https://a',
    webhook: null,
    mail: {
      host: 'mail.example',
      port: 587,
      username: 'me@mail.example',
      password: null,
      from: 'me@mail.example',
      requiresTls: false,
    },
  });
});
