import type { Provider } from '../provider.js';
import { openAiCompatible } from './openai-compatible.js';

/**
 * The built-in fault lab. An ordinary provider whose HTTP goes through an injected dispatcher (see `Transport`);
 * without one the reserved name cannot be resolved and the call fails as a connection error.
 */
export const demo: Provider = openAiCompatible({
  name: 'demo',
  baseUrl: 'http://demo.invalid/v1',
  needsKey: false,
  acceptsMetadata: true,
});
