import type { CacheSettings } from '@tollgate/config';

/** The settings of a cache that takes everything. */
export const CACHE: CacheSettings = {
  type: 'local',
  ttlMs: 60_000,
  namespace: '',
  mode: 'default_on',
  callTypes: new Set(['completion', 'responses', 'embedding', 'anthropic_messages', 'generate_content']),
  semantic: null,
};
