import { GROUP_DEFAULTS, type GroupSettings, type RouterSettings } from '@tollgate/config';
import { deployment, failure } from './_fixtures.js';

export const two = [deployment('d1', { order: 1 }), deployment('d2', { order: 2 })];
export const claude = deployment('claude', { group: 'quality', provider: 'anthropic', model: 'sonnet' });
export const llama = deployment('llama', { group: 'local', provider: 'ollama', model: 'llama3' });
export const groups = (settings: Partial<GroupSettings>, name = 'chat'): Partial<RouterSettings> => ({
  groups: new Map([[name, { ...GROUP_DEFAULTS, ...settings }]]),
});
export const chains = (entries: Record<string, string[]>) => new Map(Object.entries(entries));
export const tooLong = failure('upstream_bad_request', { upstreamCode: 'context_length_exceeded' });
export const refused = failure('upstream_bad_request', { upstreamCode: 'content_filter' });
