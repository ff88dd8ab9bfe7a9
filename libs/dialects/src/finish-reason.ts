import { wordTable } from './json/word-table.js';
/** Anthropic's words, and those that Bedrock has beside them. */
const FINISH_REASONS: Readonly<Record<string, string>> = wordTable({
  end_turn: 'stop',
  stop_sequence: 'stop',
  pause_turn: 'stop',
  compaction: 'stop',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  tool_use: 'tool_calls',
  refusal: 'content_filter',
  guardrail_intervened: 'content_filter',
  content_filtered: 'content_filter',
});

const STOP_REASONS: Readonly<Record<string, string>> = wordTable({
  stop: 'end_turn',
  eos: 'end_turn',
  length: 'max_tokens',
  tool_calls: 'tool_use',
  function_call: 'tool_use',
  content_filter: 'refusal',
});

/** OpenAI's word for Anthropic's `stop_reason`; an unknown one is a stop. */
export const finishReasonOf = (stopReason: unknown): string =>
  (typeof stopReason === 'string' ? FINISH_REASONS[stopReason] : undefined) ?? 'stop';

/** Anthropic's word for OpenAI's `finish_reason`; an unknown one is the end of the turn. */
export const stopReasonOf = (finishReason: unknown): string =>
  (typeof finishReason === 'string' ? STOP_REASONS[finishReason] : undefined) ?? 'end_turn';
