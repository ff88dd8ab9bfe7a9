import type { AnswerOptions } from '../../codec/codec.js';
import { allChoices, type FirstChoice } from '../../codec/first-choice.js';
import type { Json } from '../../json/json.js';
import { present } from '../../json/present.js';
import { usageOfChat } from '../../usage/chat-usage.js';
import { geminiFinishReason } from '../finish-words.js';
import { groundingOf } from '../grounding.js';
import { logprobsResultOf } from '../logprobs.js';
import { callSignatureOf } from '../thought-signature.js';
import { usageMetadataOf } from '../usage-metadata.js';
import { callPart, signatureOfThinking, signedParts, spokenParts } from './answer-parts.js';
import { showsThoughts } from './content-to-chat-request.js';

/**
 * A chat completion as an answer of Gemini's `generateContent`. Throws `upstream_invalid_response` naming a field of the wrong shape.
 */
export function chatToContentAnswer(answer: Json, { model, request }: AnswerOptions): Json {
  const usage = usageOfChat(answer['usage']);
  const isShown = showsThoughts(request);
  return {
    candidates: allChoices(answer).map((choice, index) => candidateOf(choice, index, isShown)),
    ...present({ usageMetadata: usage === null ? undefined : usageMetadataOf(usage) }),
    modelVersion: model,
    responseId: typeof answer['id'] === 'string' ? answer['id'] : '',
  };
}

function candidateOf(choice: FirstChoice, index: number, isShown: boolean): Json {
  const { message, text, reasoning, calls, finishReason } = choice;
  const signatures = new Map(
    (Array.isArray(message['tool_calls']) ? (message['tool_calls'] as Json[]) : []).map((call) => [
      call['id'],
      callSignatureOf(call),
    ]),
  );
  const callParts = calls.map((call) =>
    callPart(call.id, call.name, call.arguments, signatures.get(call.id)),
  );
  const spoken = spokenParts(message, text, isShown ? reasoning : undefined);
  return {
    content: {
      role: 'model',
      parts: signedParts(spoken, callParts, signatureOfThinking(message['thinking_blocks'])),
    },
    finishReason: geminiFinishReason(finishReason),
    index,
    ...present({
      groundingMetadata: groundingOf(message['annotations'], text),
      logprobsResult: logprobsResultOf(choice.logprobs),
    }),
  };
}
