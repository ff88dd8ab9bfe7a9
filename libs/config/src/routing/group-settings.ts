import type { GroupSettings } from '../gateway-config.js';
import type { Section } from '../section.js';
import type { KeyOf } from '../settings.js';
import { readCanary } from './canary.js';
import { readDeprecation } from './deprecation.js';
import { readAllowedFailsPolicy, readRetryPolicy } from './error-policy.js';
import type { GroupBook } from './group-book.js';
import { readHedge } from './hedge.js';
import { readStrategy } from './strategy.js';

type GroupKey = KeyOf<'router_settings.model_group_settings.*'>;
type Group = Section<GroupKey>;

/** Each key of the file and what it is read into. */
const SETTING_OF = {
  routing_strategy: 'routingStrategy',
  timeout: 'timeoutMs',
  stream_timeout: 'streamTimeoutMs',
  connect_timeout: 'connectTimeoutMs',
  idle_timeout: 'idleTimeoutMs',
  num_retries: 'numRetries',
  retry_policy: 'retryPolicy',
  allowed_fails: 'allowedFails',
  allowed_fails_policy: 'allowedFailsPolicy',
  cooldown_time: 'cooldownMs',
  cooling_wait: 'coolingWaitMs',
  deterministic: 'deterministic',
  hedge: 'hedge',
  on_stream_failure: 'onStreamFailure',
  canary: 'canary',
  deprecated: 'deprecated',
} as const satisfies Record<GroupKey, keyof GroupSettings>;

type ValueOf<Key extends GroupKey> = GroupSettings[(typeof SETTING_OF)[Key]] | null;

const READERS: { readonly [Key in GroupKey]: (group: Group) => ValueOf<Key> } = {
  routing_strategy: readStrategy,
  timeout: (group) => group.seconds('timeout'),
  stream_timeout: (group) => group.seconds('stream_timeout'),
  connect_timeout: (group) => group.seconds('connect_timeout'),
  idle_timeout: (group) => group.seconds('idle_timeout'),
  num_retries: (group) => group.number('num_retries', { integer: true }),
  retry_policy: readRetryPolicy,
  allowed_fails: (group) => group.number('allowed_fails', { integer: true }),
  allowed_fails_policy: readAllowedFailsPolicy,
  cooldown_time: (group) => group.seconds('cooldown_time', { min: 0 }),
  cooling_wait: (group) => group.seconds('cooling_wait', { min: 0 }),
  deterministic: (group) => group.boolean('deterministic'),
  hedge: readHedge,
  on_stream_failure: (group) => group.choice('on_stream_failure', ['error', 'continue']),
  canary: readCanary,
  deprecated: readDeprecation,
};

/** Puts down in the book what a section says of a model name. */
export function readGroupSettings(name: string, group: Group, book: GroupBook): void {
  for (const key of Object.keys(SETTING_OF) as GroupKey[]) {
    const value = READERS[key](group);
    if (group.has(key)) book.add(name, SETTING_OF[key], { value, ...group.at(key) });
  }
}
