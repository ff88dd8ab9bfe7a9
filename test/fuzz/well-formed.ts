import type { Dialect } from '@tollgate/contracts';
import type { Json } from '@tollgate/dialects';
import { checkErrorForm } from '../conformance/refusals.js';

export interface SeenAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** What a caller may get, whatever it sent and whatever a provider made of it: an answer, or an error in its own dialect. */
export function checkAnswer(
  { status, contentType, body }: SeenAnswer,
  dialect: Dialect,
  isNative: boolean,
): void {
  expect(body).not.toContain('Internal server error');
  // Only a provider may say that it has failed so.
  if (status === 500) expect(body).toMatch(/litellm\.\w+Error/);
  // What a provider says of its own API is its own affair.
  if (isNative) return;
  if (status >= 300) {
    expect(contentType).toContain('application/json');
    checkErrorForm(JSON.parse(body) as Json, dialect, status);
  } else if (contentType.startsWith('application/json')) JSON.parse(body);
  else if (contentType.startsWith('text/event-stream'))
    payloadsOf(body).forEach((each) => JSON.parse(each) as Json);
  else if (contentType.startsWith('application/x-ndjson'))
    for (const line of body.split('\n').filter((each) => each.trim() !== '')) JSON.parse(line);
}

const payloadsOf = (text: string): string[] =>
  text
    .split(/\r?\n\r?\n/)
    .map((event) =>
      event
        .split(/\r?\n/)
        .flatMap((line) => (line.startsWith('data:') ? [line.slice('data:'.length)] : []))
        .join('\n'),
    )
    .filter((payload) => payload.trim() !== '' && payload.trim() !== '[DONE]');
