import { isBudgetWindow } from '@tollgate/config';
import { z } from 'zod';
import { toNanos } from '../../dollars.js';

const MAX_DOLLARS = 9_000_000;
/** A nano-dollar, which is what amounts are counted in. */
const LEAST_DOLLARS = 1e-9;
const MAX_RATE = 2_000_000_000;
/** Models that one record may name limits of. */
const MAX_MODELS = 200;
const MAX_FURTHER_BUDGETS = 15;

const EXPECTED_DOLLARS = 'must be an amount of dollars, like 12.5 or "0.0005"';

/** Dollars become nano-dollars; LiteLLM's own examples write small ones as texts. What would become none is refused. */
export const dollars = z
  .union(
    [
      z.number(),
      z
        .string()
        .regex(/^\d+(\.\d+)?(e-?\d+)?$/i, EXPECTED_DOLLARS)
        .transform(Number),
    ],
    EXPECTED_DOLLARS,
  )
  .pipe(z.number().min(0, 'must not be negative').max(MAX_DOLLARS, `must be at most ${MAX_DOLLARS} dollars`))
  .refine(
    (amount) => amount === 0 || amount >= LEAST_DOLLARS,
    'must be 0 or at least 0.000000001: less than a nano-dollar cannot be counted',
  )
  .transform(toNanos);

export const rate = z
  .number('must be a whole number')
  .int('must be a whole number')
  .min(0, 'must not be negative')
  .max(MAX_RATE, `must be at most ${MAX_RATE}`);

export const window = z
  .string()
  .refine(isBudgetWindow, 'must be like "1h", "1d", "7d", "30d" or "1mo" ("1m" is a minute, "1mo" a month)');

const byModel = <Schema extends z.ZodType>(schema: Schema) =>
  z
    .record(z.string().min(1).max(256), schema, 'must be an object with a limit for each model')
    .refine((models) => Object.keys(models).length <= MAX_MODELS, `must name at most ${MAX_MODELS} models`);

/** LiteLLM has had two names for either field. */
const modelBudget = z
  .strictObject({
    budget_limit: dollars.nullish(),
    max_budget: dollars.nullish(),
    time_period: window.nullish(),
    budget_duration: window.nullish(),
    rpm_limit: rate.nullish(),
    tpm_limit: rate.nullish(),
  })
  .transform((given) => ({
    maxNanos: given.budget_limit ?? given.max_budget ?? null,
    window: given.time_period ?? given.budget_duration ?? null,
    requestsPerMinute: given.rpm_limit,
    tokensPerMinute: given.tpm_limit,
  }));

const furtherBudget = z
  .strictObject({ max_budget: dollars, budget_duration: window.nullish(), soft_budget: dollars.nullish() })
  .transform((given) => ({
    maxNanos: given.max_budget,
    window: given.budget_duration ?? null,
    softNanos: given.soft_budget ?? null,
  }));

/** LiteLLM's limit fields, in the order in which answers show them. null clears. */
export const limitFields = z.object({
  max_budget: dollars.nullish(),
  soft_budget: dollars.nullish(),
  budget_duration: window.nullish(),
  budget_limits: z
    .array(furtherBudget, 'must be a list of {"budget_duration", "max_budget"}')
    .max(MAX_FURTHER_BUDGETS, `has more than ${MAX_FURTHER_BUDGETS} entries`)
    .nullish(),
  max_parallel_requests: rate.nullish(),
  tpm_limit: rate.nullish(),
  rpm_limit: rate.nullish(),
  model_max_budget: byModel(modelBudget).nullish(),
  model_rpm_limit: byModel(rate).nullish(),
  model_tpm_limit: byModel(rate).nullish(),
  temp_budget_increase: dollars.nullish(),
  temp_budget_expiry: z.string().nullish(),
});
export type LimitFields = z.infer<typeof limitFields>;
export type LimitField = keyof LimitFields;
