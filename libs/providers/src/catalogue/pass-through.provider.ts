import type { Provider } from '../provider.js';

/** Targets of `pass_through_endpoints`: an address and headers, all of them the config's. It serves no model. */
export const passThrough: Provider = {
  name: 'pass_through',
  label: 'PassThrough',
  variables: { apiKey: [], apiBase: [], apiVersion: [] },
  defaultBase: null,
  needsKey: false,
  endpoints: () => [],
  headers: () => ({}),
  isBaseWhole: true,
  defaultHeaders: {},
  vendorHeaders: null,
  acceptsMetadata: false,
  asksStreamUsage: false,
  outputCapField: 'max_tokens',
};
