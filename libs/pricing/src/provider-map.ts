import { isCatalogued } from './catalogue.js';

/** LiteLLM's provider → the catalogue's, where they differ in more than `_` for `-`. */
const CATALOGUE_IDS: Readonly<Record<string, string>> = {
  azure_ai: 'azure',
  azure_text: 'azure',
  anthropic_text: 'anthropic',
  bedrock: 'aws',
  bedrock_converse: 'aws',
  chatgpt: 'openai',
  'text-completion-openai': 'openai',
  codestral: 'mistral',
  'text-completion-codestral': 'mistral',
  cohere_chat: 'cohere',
  fireworks_ai: 'fireworks',
  gemini: 'google',
  vertex_ai: 'google',
  vertex_ai_beta: 'google',
  moonshot: 'moonshotai',
  together_ai: 'together',
  voyage: 'voyageai',
  xai: 'x-ai',
};

/** Run on the operator's own machines, so a token costs nothing unless the deployment says otherwise. */
const LOCAL = new Set([
  'ollama',
  'ollama_chat',
  'hosted_vllm',
  'vllm',
  'lm_studio',
  'llamafile',
  'docker_model_runner',
  'infinity',
  'triton',
  'demo',
]);

export const isLocal = (provider: string): boolean => LOCAL.has(provider);

/** The catalogue's id of a provider; a guess where it has none. */
export const catalogueId = (provider: string): string =>
  CATALOGUE_IDS[provider] ?? (isCatalogued(provider) ? provider : provider.replaceAll('_', '-'));
