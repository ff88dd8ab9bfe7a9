import { AlertNotes } from '@tollgate/app';
import { GatewayError, type Alert, type ErrorCode, type Outcome } from '@tollgate/contracts';
import { START, config, delivered, deployment, header } from '../_fixtures.js';
import { candidateOf, groupOfDeployments } from './_alerts.js';
import { AttemptNews } from './attempt-news.js';
import { OpenCalls } from './open-calls.js';

const SLOW_MS = 300_000;

let alerts: Alert[];
let notes: AlertNotes;
let now: number;
beforeEach(() => {
  alerts = [];
  now = START;
  notes = new AlertNotes({ raise: (alert) => alerts.push(alert), now: () => now });
});
afterEach(() => notes.flush());

const messages = (): string[] => {
  notes.flush();
  return alerts.map(({ message }) => message);
};

describe('AttemptNews', () => {
  const group = groupOfDeployments(config([deployment('a', { region: 'eu-west-1' })]));
  const candidate = candidateOf(group);
  const ended = (code: ErrorCode | null, change: Partial<Parameters<AttemptNews['ended']>[0]> = {}): void => {
    const failure = code === null ? undefined : new GatewayError(code, 'no luck');
    const outcome: Outcome = delivered;
    new AttemptNews(notes, () => SLOW_MS).ended({
      ...{ group, candidate, outcome, failure, isFault: failure !== undefined, change: null },
      ...change,
    });
  };

  it('says nothing of what went well, nor of what is the caller’s own doing', () => {
    ended(null);
    ended('upstream_bad_request', { isFault: false });
    expect(messages()).toEqual([]);
  });

  it('tells of failures by deployment and code, and which are an outage', () => {
    ended('upstream_error');
    ended('upstream_error');
    ended('upstream_rate_limited');
    expect(messages()).toEqual([
      'Calls failed 3 times:\n2 × chat at openai (a): upstream_error, status 500\n1 × chat at openai (a): upstream_rate_limited, status 429',
    ]);
    const lines = alerts[0]?.details['lines'] as { isOutage: boolean }[];
    expect(lines).toMatchObject([
      { deploymentId: 'a', region: 'eu-west-1', count: 2, isOutage: true },
      { isOutage: false },
    ]);
  });

  it('tells of an answer that took as long as the threshold', () => {
    ended(null, { outcome: { ...delivered, latencyMs: SLOW_MS - 1 } });
    ended(null, { outcome: { ...delivered, latencyMs: SLOW_MS } });
    expect(messages()).toEqual(['Answers were slow: chat at openai (a) took 300 s']);
  });

  it('tells of a deployment that is taken out', () => {
    ended('upstream_error', { isFault: false, change: { state: 'open', until: START + 5_000 } });
    ended(null, { change: { state: 'closed', until: null } });
    expect(messages()).toEqual([
      'Deployments cool down: chat at openai (a) gets no calls until 2023-11-14T22:13:25.000Z: upstream_error',
    ]);
  });
});

describe('OpenCalls', () => {
  it('tells of each call that hangs once, and of none that has ended', () => {
    const calls = new OpenCalls({ notes, now: () => now, hangsAfterMs: () => SLOW_MS });
    const [first] = [calls.began(header({ id: 'ended' })), calls.began(header({ id: 'hanging' }))];
    now += SLOW_MS;
    calls.began(header({ id: 'young' }));
    calls.ended(first);
    calls.look();
    calls.look();
    expect(messages()).toEqual(['Calls hang: chat without an end after 300 s (call hanging)']);
  });
});
