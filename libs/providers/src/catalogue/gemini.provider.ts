import type { PathQuery } from '../endpoint.js';
import type { Provider } from '../provider.js';
import { geminiMethods } from './gemini-endpoints.js';

const VERSION = /\/v\d\w*$/;

/** The base may name a version of the API, or end in the models that people paste; a model may be a tuned one. */
function geminiPath({ basePath, model }: PathQuery, method: string): string {
  const base = basePath.replace(/\/models$/, '');
  const root = VERSION.test(base) ? base : `${base}/v1beta`;
  const name = /^(?:models|tunedModels)\//.test(model) ? model : `models/${model}`;
  return `${root}/${name}:${method}`;
}

const ENDPOINTS = geminiMethods(geminiPath, {
  'gemini-batch-embed': 'batchEmbedContents',
  'gemini-embed': 'embedContent',
  'gemini-count-tokens': 'countTokens',
});

/** Gemini's API for developers. */
export const gemini: Provider = {
  name: 'gemini',
  label: 'Gemini',
  variables: {
    apiKey: ['GEMINI_API_KEY', 'GOOGLE_API_KEY'],
    apiBase: ['GEMINI_API_BASE'],
    apiVersion: [],
  },
  defaultBase: 'https://generativelanguage.googleapis.com',
  needsKey: true,
  endpoints: () => ENDPOINTS,
  headers: ({ apiKey }): Record<string, string> => (apiKey === null ? {} : { 'x-goog-api-key': apiKey }),
  defaultHeaders: {},
  vendorHeaders: 'x-goog-',
  acceptsMetadata: false,
  asksStreamUsage: false,
  outputCapField: 'max_tokens',
};
