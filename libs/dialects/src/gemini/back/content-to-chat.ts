import { chatCompletion } from '../../codec/chat-answers.js';
import type { AnswerOptions } from '../../codec/codec.js';
import { isObject, objectAt, optionalList, type Json } from '../../json/json.js';
import { errorOfGoogle } from '../google-error.js';
import { chatLogprobs } from '../logprobs.js';
import { factsOfContent } from './answer-facts.js';
import { CandidateReader } from './candidate-reader.js';
import { messageOfDeltas } from './joined-deltas.js';

/**
 * One of Gemini's answers as a chat completion, a choice for each candidate. A prompt that was blocked has a refusal for its answer.
 * Throws `upstream_invalid_response` naming a field of the wrong shape, the provider's error where the answer is one.
 */
export function contentToChat(answer: Json, options: AnswerOptions): Json {
  const error = errorOfGoogle(answer);
  if (error !== null) throw error;
  const candidates = optionalList(answer['candidates'], 'candidates', 'answer');
  const { usage, responseId } = factsOfContent(answer);
  const choices = (candidates.length > 0 ? candidates : [blockedCandidate(answer)]).map((candidate, index) =>
    choiceOf(objectAt(candidate, `candidates[${index}]`, 'answer'), index, responseId ?? ''),
  );
  const head = { id: responseId, message: {}, finishReason: 'stop', usage };
  return { ...chatCompletion(head, options), choices };
}

/** The candidate that a blocked prompt has not. */
export function blockedCandidate({ promptFeedback: feedback }: Json): Json {
  const { blockReason, blockReasonMessage } = isObject(feedback) ? feedback : {};
  const reason = typeof blockReason === 'string' ? blockReason : 'unknown';
  return {
    finishReason: 'PROHIBITED_CONTENT',
    finishMessage: blockReasonMessage ?? `the prompt was blocked: ${reason}`,
  };
}

function choiceOf(candidate: Json, index: number, id: string): Json {
  const reader = new CandidateReader(() => `${id}_${index}`);
  const deltas = reader.read(candidate, `candidates[${index}]`);
  const end = reader.end(candidate['finishReason'], candidate['finishMessage']);
  return {
    index,
    message: messageOfDeltas([...deltas, ...end.deltas]),
    logprobs: chatLogprobs(candidate['logprobsResult']),
    finish_reason: end.finishReason,
  };
}
