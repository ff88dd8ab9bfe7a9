import type { ErrorClass, ErrorPolicy } from '../gateway-config.js';
import { innerSection } from '../named-sections.js';
import type { Section } from '../section.js';
import type { KeyOf } from '../settings.js';

const ERROR_CLASSES = [
  'BadRequestError',
  'AuthenticationError',
  'NotFoundError',
  'TimeoutError',
  'RateLimitError',
  'ContentPolicyViolationError',
  'InternalServerError',
  'BadGatewayError',
  'ServiceUnavailableError',
  'Default',
] as const satisfies readonly (ErrorClass | 'Default')[];

type Retries = Section<KeyOf<'retry_policy'>>;

/** `retry_policy`; null when there is none. */
export function readRetryPolicy(section: Section<'retry_policy'>): ErrorPolicy | null {
  const policy = innerSection<'retry_policy'>(section, 'retry_policy');
  return policy === null ? null : readRetries(policy);
}

/** `RateLimitErrorRetries: 3` and so on. */
export const readRetries = (policy: Retries): ErrorPolicy =>
  finished(policy, (name) => policy.number(`${name}Retries`, { integer: true }));

/** `allowed_fails_policy`, of `RateLimitErrorAllowedFails: 3` and so on; null when there is none. */
export function readAllowedFailsPolicy(section: Section<'allowed_fails_policy'>): ErrorPolicy | null {
  const policy = innerSection<'allowed_fails_policy'>(section, 'allowed_fails_policy');
  return policy === null
    ? null
    : finished(policy, (name) => policy.number(`${name}AllowedFails`, { integer: true }));
}

function finished(
  policy: Section<string>,
  read: (name: (typeof ERROR_CLASSES)[number]) => number | null,
): ErrorPolicy {
  const numbers = ERROR_CLASSES.flatMap((name) => {
    const value = read(name);
    return value === null ? [] : [[name, value] as const];
  });
  policy.finish(new Set());
  return Object.fromEntries(numbers);
}
