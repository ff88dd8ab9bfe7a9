import { signatureOf } from '@tollgate/app';
import { alertType, type Alert, type BudgetAlertDetails } from '@tollgate/contracts';
import { formatOf } from '../delivery/destination.js';
import { chatBody } from './chat-body.js';
import { letterOf } from './letter.js';
import { webhookBody } from './webhook-body.js';

const AT = Date.UTC(2026, 9, 31, 12, 30);

const budget: BudgetAlertDetails = {
  event: 'threshold_crossed',
  threshold: '85',
  counter: 'team:7||1mo|0',
  line: 'team:7||1mo|85',
  window: '1mo',
  model: null,
  scope: { kind: 'team', id: '7' },
  alias: 'Search',
  spendNanos: 86_500_000_000,
  maxNanos: 100_000_000_000,
  softNanos: null,
  projectedAt: null,
  projectedNanos: null,
  emails: ['lead@example.com'],
};

const alert = (change: Partial<Alert> = {}): Alert => ({
  id: 'a',
  type: 'budget_alerts',
  message: 'Team Search <!channel> *has* spent 86.50 of 100 dollars & more',
  at: AT,
  details: budget,
  ...change,
});

const letter = letterOf([alert()], { timeZone: 'Europe/Berlin', isDigest: false });

it('tells Slack in the lines of LiteLLM, and nobody can be mentioned', () => {
  expect(JSON.parse(chatBody(letter, 'slack'))).toEqual({
    text:
      'Alert type: `budget_alerts`\nLevel: `Medium`\nTimestamp: `2026-10-31 13:30:00 Europe/Berlin`\n\n' +
      'Message: Team Search &lt;!channel&gt; *has* spent 86.50 of 100 dollars &amp; more',
  });
});

it('tells Discord in 2,000 characters at most, without mentions', () => {
  const body = JSON.parse(chatBody({ ...letter, text: 'x'.repeat(5_000) }, 'discord')) as { content: string };
  expect(body.content).toHaveLength(2_000);
  expect(body).toMatchObject({ allowed_mentions: { parse: [] } });
  expect(chatBody(letter, 'discord')).toContain('\\\\<!channel\\\\> \\\\*has\\\\*');
});

it('tells Teams by an adaptive card', () => {
  const body = JSON.parse(chatBody(letter, 'teams')) as {
    attachments: { contentType: string; content: { body: object[] } }[];
  };
  expect(body).toMatchObject({ type: 'message' });
  const [card] = body.attachments;
  expect(card?.contentType).toBe('application/vnd.microsoft.card.adaptive');
  expect(card?.content.body[0]).toMatchObject({ type: 'TextBlock', weight: 'Bolder' });
  expect(JSON.stringify(card?.content.body[1])).toContain('2026-10-31 13:30:00 Europe/Berlin');
});

it.each([
  ['https://hooks.slack.com/services/T/B/x', 'slack'],
  ['https://discord.com/api/webhooks/1/x', 'discord'],
  ['https://discord.com/api/webhooks/1/x/slack', 'slack'],
  ['https://acme.webhook.office.com/webhookb2/x', 'teams'],
  ['https://prod-1.westeurope.logic.azure.com:443/workflows/x', 'teams'],
  ['https://notdiscord.com.example/x', 'slack'],
  ['no address', 'slack'],
])('knows whose webhook %s is', (url, format) => {
  expect(formatOf(url)).toBe(format);
});

it("gives a webhook LiteLLM's fields, in dollars", () => {
  expect(webhookBody(alert())).toMatchObject({
    spend: 86.5,
    max_budget: 100,
    soft_budget: null,
    token: null,
    customer_id: null,
    user_id: null,
    team_id: '7',
    team_alias: 'Search',
    user_email: 'lead@example.com',
    key_alias: null,
    projected_exceeded_date: null,
    projected_spend: null,
    event: 'threshold_crossed',
    event_group: 'team',
    event_message: alert().message,
    id: 'a',
    at: '2026-10-31T12:30:00.000Z',
  });
});

it('tells a webhook whose budget it is', () => {
  const of = (kind: BudgetAlertDetails['scope']['kind'], id: string) =>
    webhookBody(
      alert({ details: { ...budget, scope: { kind, id }, projectedAt: AT, projectedNanos: 2e11 } }),
    );
  expect(of('key', 'hash')).toMatchObject({ token: 'hash', key_alias: 'Search', event_group: 'key' });
  expect(of('member', 't:u:1')).toMatchObject({ team_id: 't', user_id: 'u:1', event_group: 'team_member' });
  expect(of('end_user', 'c')).toMatchObject({ customer_id: 'c', event_group: 'customer' });
  expect(of('gateway', 'all')).toMatchObject({
    event_group: 'proxy',
    projected_exceeded_date: '2026-10-31',
    projected_spend: 200,
  });
});

it.each(alertType.options)('a webhook is told of %s', (type) => {
  const body = webhookBody(alert({ type, details: {} }));
  expect(body).toMatchObject({ type, event_message: alert().message, spend: 0 });
  expect((body as { event: string }).event).not.toBe('');
});

it('a digest shows the most frequent texts, and counts the others', () => {
  const many = Array.from({ length: 60 }, (_, index) =>
    alert({ message: `text ${index % 30}`, at: AT + index }),
  );
  const digest = letterOf([...many, alert({ message: 'text 7' })], { timeZone: 'UTC', isDigest: true });
  expect(digest.subject).toBe('61 budget_alerts alerts');
  expect(digest.text.split('\n')[1]).toBe('3 × text 7');
  expect(digest.text).toMatch(/and 20 more$/);
  expect(digest.time).toBe('2026-10-31 12:30:00 UTC to 2026-10-31 12:30:00 UTC');
});

it('a signature changes with the body, the time and the secret', () => {
  const signatures = [
    signatureOf('{}', 'one', 1_000),
    signatureOf('{ }', 'one', 1_000),
    signatureOf('{}', 'one', 2_000),
    signatureOf('{}', 'two', 1_000),
  ];
  expect(new Set(signatures).size).toBe(4);
});
