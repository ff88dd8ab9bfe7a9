import { load, model, problemsOf } from '../load-config.test-kit.js';
import { BUDGET_DEFAULTS } from './budget-settings.js';

const MASTER = 'general_settings: { master_key: sk-0123456789abcdef';
const budgetsOf = (litellm: string, general = '') =>
  load(`${model('api_key: k')}litellm_settings: { ${litellm} }\n${MASTER}, ${general} }\n`).config.general
    .budgets;

describe('budgets of the config', () => {
  it('are those of LiteLLM, in nano-dollars', () => {
    const budgets = budgetsOf(
      'max_budget: 100, budget_duration: 30d, max_end_user_budget: 0.5, max_end_user_budget_id: free,' +
        ' priority_reservation: { prod: 0.75, dev: "0.25" },' +
        ' priority_reservation_settings: { default_priority: 0.1, saturation_threshold: 0.5 }',
      'apply_user_budget_to_team_keys: true, budget_exceeded_status: 429, on_stream_overrun: finish, budget_wait: 0, hold_grace: 20',
    );
    expect(budgets).toEqual({
      gateway: [{ window: '30d', maxNanos: 100_000_000_000, softNanos: null }],
      endUserTier: 'free',
      endUser: [{ window: null, maxNanos: 500_000_000, softNanos: null }],
      exceededStatus: 429,
      onStreamOverrun: 'finish',
      waitMs: 0,
      holdGraceMs: 20_000,
      userBindsTeamKeys: true,
      priorities: new Map([
        ['prod', 0.75],
        ['dev', 0.25],
      ]),
      defaultPriority: 0.1,
      saturation: 0.5,
    });
  });

  it('are none where nothing is said', () => {
    expect(budgetsOf('')).toEqual(BUDGET_DEFAULTS);
  });

  it.each([
    ['priority_reservation: { a: 0.7, b: 0.4 }', /at most 1 can be given away/],
    ['priority_reservation: { a: 2 }', /priority_reservation\.a \(line 4\): expected a number from 0 to 1/],
    ['max_budget: 1, budget_duration: monthly', /budget_duration \(line 4\): expected a window/],
    [
      'priority_reservation_settings: { saturation: 0.8 }',
      /priority_reservation_settings\.saturation \(line 4\): unknown key/,
    ],
  ])('%s is a mistake', (litellm, problem) => {
    const text = `${model('api_key: k')}litellm_settings: { ${litellm} }\n${MASTER} }\n`;
    expect(problemsOf(text).join('\n')).toMatch(problem);
  });
});
