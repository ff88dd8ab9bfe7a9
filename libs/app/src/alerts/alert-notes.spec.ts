import { jest } from '@jest/globals';
import type { Alert } from '@tollgate/contracts';
import { AlertNotes } from './alert-notes.js';

let alerts: Alert[];
let notes: AlertNotes;

beforeEach(() => {
  jest.useFakeTimers({ now: 1_000_000 });
  alerts = [];
  notes = new AlertNotes({ raise: (alert) => alerts.push(alert) });
});
afterEach(() => jest.useRealTimers());

const failed = (key: string): void =>
  notes.note({ type: 'llm_exceptions', key, text: `deployment ${key}`, details: { deploymentId: key } });

it('tells of the first within seconds, and of a storm once a minute', () => {
  failed('a');
  jest.advanceTimersByTime(2_000);
  expect(alerts.map(({ message }) => message)).toEqual(['Calls failed: deployment a']);
  for (let index = 0; index < 10_000; index += 1) failed(index % 10 === 0 ? 'b' : 'a');
  jest.advanceTimersByTime(59_000);
  expect(alerts).toHaveLength(1);
  jest.advanceTimersByTime(1_000);
  expect(alerts).toHaveLength(2);
  expect(alerts[1]).toMatchObject({
    type: 'llm_exceptions',
    message: 'Calls failed 10000 times:\n9000 × deployment a\n1000 × deployment b',
    details: {
      count: 10_000,
      lines: [
        { count: 9_000, deploymentId: 'a' },
        { count: 1_000, deploymentId: 'b' },
      ],
    },
  });
  expect(new Set(alerts.map(({ id }) => id)).size).toBe(2);
});

it('keeps types apart, and says nothing when nothing happens', () => {
  failed('a');
  failed('a');
  notes.note({ type: 'llm_too_slow', key: 'a', text: 'deployment a took 400 s' });
  jest.advanceTimersByTime(600_000);
  expect(alerts.map(({ message }) => message)).toEqual([
    'Calls failed: deployment a (2 times)',
    'Answers were slow: deployment a took 400 s',
  ]);
});

it('is bounded: what it does not keep apart is counted', () => {
  for (let index = 0; index < 5_000; index += 1) failed(`d${index}`);
  notes.flush();
  expect(alerts).toHaveLength(1);
  expect(alerts[0]?.message).toMatch(/^Calls failed 5000 times:\n(1 × deployment d\d+\n){10}4990 × others$/);
  expect((alerts[0]?.details['lines'] as unknown[]).length).toBe(100);
  notes.flush();
  expect(alerts).toHaveLength(1);
});

it('two processes never raise one alert', () => {
  const other = new AlertNotes({ raise: (alert) => alerts.push(alert) });
  failed('a');
  other.note({ type: 'llm_exceptions', key: 'a', text: 'deployment a' });
  notes.flush();
  other.flush();
  expect(alerts[0]?.id).not.toBe(alerts[1]?.id);
});
