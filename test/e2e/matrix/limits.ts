import type { Back } from './backs.js';
import type { Front } from './front.js';

/** What a provider's own API does not give, whoever asks. */
export const LIMITS = [
  'OpenAI shows what a model thinks only in Responses: its other callers get the count (reasoning: chat, messages, Gemini × OpenAI).',
  'Gemini gives calls no ids, and its own callers get its own bytes (tools: Gemini × Gemini).',
  'Ollama has Responses of its own: these callers’ bytes pass (responses × Ollama).',
] as const;

/** Nobody hears what the model thinks. */
export const isSilent = (front: Front, back: Back): boolean =>
  back.name === 'OpenAI' && front.name !== 'responses';

/** Calls are told apart by their places. */
export const isWithoutIds = (front: Front, back: Back): boolean =>
  front.name === 'Gemini' && back.name === 'Gemini';
