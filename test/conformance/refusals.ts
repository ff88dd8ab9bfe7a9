import { CANONICAL, TASK_OF, type Dialect, type ErrorCode } from '@tollgate/contracts';
import { codecOf, type Json } from '@tollgate/dialects';
import { errorBody } from '@tollgate/ingress';
import { jsonAnswer, refusalError } from '@tollgate/providers';
import { failureOf } from './codec-checks.js';
import type { Recording } from './recordings.js';

/** What a status may be taken for. NOTE Google answers 400 to a wrong key, others to an empty account. */
const CODES: Readonly<Record<number, readonly ErrorCode[]>> = {
  400: ['upstream_bad_request', 'upstream_authentication', 'upstream_quota'],
  401: ['upstream_authentication'],
  402: ['upstream_quota'],
  403: ['upstream_permission'],
  404: ['upstream_not_found'],
  408: ['upstream_timeout'],
  413: ['upstream_bad_request'],
  422: ['upstream_bad_request', 'upstream_quota'],
  429: ['upstream_rate_limited', 'upstream_quota'],
};

const SOURCE = { label: 'Some', secrets: [] };

/** A refusal keeps its status and its words, is of the class that decides on retries, and comes in the caller's own form of errors. */
export function checkRefusal({ response, status, headers }: Recording, dialect: Dialect): void {
  const body = response.toString();
  const error = refusalError({ status, headers, body }, SOURCE);
  expect(error.status).toBe(status);
  expect(CODES[status] ?? [status >= 500 ? 'upstream_error' : 'upstream_bad_request']).toContain(error.code);
  const told = errorBody(error, dialect, 'call-1');
  checkErrorForm(told, dialect, status);
  const again = refusalError({ status, headers: {}, body: JSON.stringify(told) }, SOURCE);
  expect([again.code, again.message]).toEqual([error.code, expect.stringContaining(error.message) as string]);
  const canonical = CANONICAL[TASK_OF[dialect]];
  if (canonical === null || canonical === dialect || codecOf(dialect)?.back === undefined) return;
  const read = () => jsonAnswer(response, { from: dialect, to: canonical, model: 'any', source: SOURCE });
  expect(failureOf(read).code).toMatch(/^upstream_/);
}

/** The form of errors that the SDKs of a dialect's vendor read. */
export function checkErrorForm(told: object, dialect: Dialect, status: number): void {
  const text = expect.stringMatching(/\S/) as string;
  const anyId = (told as Json)['request_id'] === null ? null : text;
  const { error } = told as Json;
  if (dialect.startsWith('anthropic-'))
    expect(told).toEqual({ type: 'error', error: { type: text, message: text }, request_id: anyId });
  else if (dialect.startsWith('gemini-'))
    expect(error).toMatchObject({
      code: status,
      message: text,
      status: expect.stringMatching(/^[A-Z_]+$/) as string,
    });
  else if (dialect.startsWith('ollama-')) expect(told).toEqual({ error: text });
  else if (/^(?:bedrock|cohere)-(?!rerank)/.test(dialect)) expect(told).toMatchObject({ message: text });
  else expect(error).toMatchObject({ message: text, code: text });
}
