import { GatewayError } from '@tollgate/contracts';
import { z } from 'zod';
import { timeOf } from './dates.js';
import { readQuery } from '../http/read-query.js';

/** LiteLLM's cap on rows of one answer. */
const MAX_ROWS = 10_000;

const whole = z
  .string()
  .regex(/^[1-9]\d{0,5}$/, 'must be a whole number from 1')
  .transform(Number);

const parameters = z.object({
  request_id: z.string().optional(),
  api_key: z.string().optional(),
  user_id: z.string().optional(),
  start_date: z.string().optional(),
  end_date: z.string().optional(),
  summarize: z.enum(['true', 'false', 'True', 'False']).optional(),
  page: whole.optional(),
  limit: whole.optional(),
  page_size: whole.optional(),
  cursor: z.string().optional(),
  format: z.string().optional(),
});

/** A question to `GET /spend/logs`. Times are epoch milliseconds, `from` inclusive, `to` exclusive. */
export interface SpendQuestion {
  readonly requestId: string | undefined;
  readonly apiKey: string | undefined;
  readonly userId: string | undefined;
  readonly from: number | undefined;
  readonly to: number | undefined;
  readonly summarize: boolean;
  /** Rows to pass over, and rows to give. */
  readonly skip: number;
  readonly limit: number;
  readonly cursor: string | undefined;
}

/** Summaries are the default with dates, as in LiteLLM; `request_id` always means rows. */
export function readSpendQuestion(query: unknown): SpendQuestion {
  const asked = readQuery(parameters, query);
  const { request_id, api_key, user_id, start_date, end_date, page, cursor } = asked;
  const limit = asked.limit ?? asked.page_size ?? MAX_ROWS;
  const skip = ((page ?? 1) - 1) * limit;
  if (skip + limit > MAX_ROWS)
    throw invalid('page', `reaches past row ${MAX_ROWS}: go on by 'cursor' (header x-tollgate-next-cursor)`);
  const dated = start_date !== undefined || end_date !== undefined;
  return {
    requestId: request_id,
    apiKey: api_key,
    userId: user_id,
    from: start_date === undefined ? undefined : timeOf(start_date, 'start_date').start,
    to: end_date === undefined ? undefined : timeOf(end_date, 'end_date').end,
    summarize: dated && request_id === undefined && !/^false$/i.test(asked.summarize ?? 'true'),
    skip,
    limit,
    cursor,
  };
}

const invalid = (param: string, message: string): GatewayError =>
  new GatewayError('invalid_request', `'${param}' ${message}`, { param });
