import { wordTable } from '../json/word-table.js';
const FINISH_REASONS: Readonly<Record<string, string>> = wordTable({
  MAX_TOKENS: 'length',
  SAFETY: 'content_filter',
  RECITATION: 'content_filter',
  LANGUAGE: 'content_filter',
  BLOCKLIST: 'content_filter',
  PROHIBITED_CONTENT: 'content_filter',
  SPII: 'content_filter',
  MODEL_ARMOR: 'content_filter',
  IMAGE_SAFETY: 'content_filter',
  IMAGE_PROHIBITED_CONTENT: 'content_filter',
  IMAGE_RECITATION: 'content_filter',
});

/** OpenAI's word for Gemini's `finishReason`; any other is a stop. NOTE Gemini has none for tool calls. */
export const finishReasonOfGemini = (reason: unknown, hasCalls: boolean): string =>
  (typeof reason === 'string' ? FINISH_REASONS[reason] : undefined) ?? (hasCalls ? 'tool_calls' : 'stop');

const WORDS: Readonly<Record<string, string>> = wordTable({ length: 'MAX_TOKENS', content_filter: 'SAFETY' });

/** Gemini's word for OpenAI's `finish_reason`. */
export const geminiFinishReason = (reason: unknown): string =>
  (typeof reason === 'string' ? WORDS[reason] : undefined) ?? 'STOP';

/** What to tell where a model says nothing and did not just stop: the reason, which nobody would see else. */
export function silenceOf(reason: unknown, message: unknown): string | null {
  if (reason === 'STOP' || reason === 'MAX_TOKENS' || typeof reason !== 'string') return null;
  const details = typeof message === 'string' && message !== '' ? `: ${message}` : '';
  return `Gemini gave no answer (${reason})${details}`;
}
