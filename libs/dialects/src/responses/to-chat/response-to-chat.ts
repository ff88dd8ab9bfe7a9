import { GatewayError } from '@tollgate/contracts';
import { chatCompletion } from '../../codec/chat-answers.js';
import type { AnswerFacts, AnswerOptions } from '../../codec/codec.js';
import { isObject, listAt, objectAt, optionalList, stringAt, type Json } from '../../json/json.js';
import { present } from '../../json/present.js';
import { usageOfResponse } from '../../usage/response-usage.js';
import { serviceTierOf } from '../../usage/service-tier.js';
import { chatAnnotationsOf } from '../citations.js';
import { PART_SEPARATOR, thinkingBlockOf } from '../reasoning.js';
import { errorOfResponse } from '../response-error.js';
import { finishReasonOf, imageOf, toolCallOf } from './output-items.js';

/** What the items of a response say, gathered for one chat message. */
interface Gathered {
  text: string;
  refusal: string;
  readonly thinkingBlocks: Json[];
  readonly toolCalls: Json[];
  readonly annotations: Json[];
  readonly images: Json[];
  readonly logprobs: unknown[];
}

/**
 * An OpenAI response as a chat completion. Reasoning is in `reasoning_content` and, with what is encrypted of it, in
 * `thinking_blocks`. Items of the provider's own tools (its searches, its code) have no place in it and are left out.
 * Throws the response's own error, `upstream_invalid_response` naming a field of the wrong shape.
 */
export function responseToChat(response: Json, options: AnswerOptions): Json {
  const error = errorOfResponse(response);
  if (error !== null) throw error;
  if (response['status'] === 'queued' || response['status'] === 'in_progress') {
    throw new GatewayError('upstream_invalid_response', 'The provider answered before its answer was whole');
  }
  const gathered: Gathered = {
    ...{ text: '', refusal: '', thinkingBlocks: [], toolCalls: [] },
    ...{ annotations: [], images: [], logprobs: [] },
  };
  listAt(response['output'], 'output', 'answer').forEach((item, index) => {
    gather(objectAt(item, `output[${index}]`, 'answer'), `output[${index}]`, gathered);
  });
  const { logprobs } = gathered;
  const completion = chatCompletion(
    {
      id: responseIdOf(response),
      message: messageOf(gathered),
      finishReason: finishReasonOf(response, gathered.toolCalls.length > 0),
      usage: usageOfResponse(response),
      logprobs: logprobs.length > 0 ? { content: logprobs, refusal: null } : null,
    },
    options,
  );
  return { ...completion, ...present({ service_tier: response['service_tier'] ?? undefined }) };
}

/** What the bill needs of a response. */
export function factsOfResponse(response: Json): AnswerFacts {
  return {
    usage: usageOfResponse(response),
    rawUsage: response['usage'] ?? null,
    serviceTier: serviceTierOf(response['service_tier']),
    responseId: responseIdOf(response),
  };
}

const responseIdOf = ({ id }: Json): string | null => (typeof id === 'string' && id !== '' ? id : null);

function messageOf({ text, refusal, thinkingBlocks, toolCalls, annotations, images }: Gathered): Json {
  const reasoning = thinkingBlocks
    .map(({ thinking }) => thinking)
    .filter((thinking) => typeof thinking === 'string' && thinking !== '')
    .join(PART_SEPARATOR);
  return {
    content: text === '' && (toolCalls.length > 0 || refusal !== '') ? null : text,
    refusal: refusal === '' ? null : refusal,
    ...(reasoning !== '' && { reasoning_content: reasoning }),
    ...(thinkingBlocks.length > 0 && { thinking_blocks: thinkingBlocks }),
    ...(toolCalls.length > 0 && { tool_calls: toolCalls }),
    ...(annotations.length > 0 && { annotations }),
    ...(images.length > 0 && { images }),
  };
}

function gather(item: Json, field: string, into: Gathered): void {
  const block = item['type'] === 'reasoning' ? thinkingBlockOf(item) : null;
  const call = toolCallOf(item, field);
  const image = imageOf(item);
  if (block !== null) into.thinkingBlocks.push(block);
  if (call !== null) into.toolCalls.push(call);
  if (image !== null) into.images.push(image);
  if (item['type'] !== 'message') return;
  // NOTE a compaction repeats what the caller said.
  if (item['role'] !== undefined && item['role'] !== 'assistant') return;
  optionalList(item['content'], `${field}.content`, 'answer').forEach((part, index) => {
    gatherPart(objectAt(part, `${field}.content[${index}]`, 'answer'), `${field}.content[${index}]`, into);
  });
}

function gatherPart(part: Json, field: string, into: Gathered): void {
  if (part['type'] === 'refusal') into.refusal += stringAt(part['refusal'], `${field}.refusal`, 'answer');
  if (part['type'] !== 'output_text') return;
  const text = stringAt(part['text'], `${field}.text`, 'answer');
  into.annotations.push(...chatAnnotationsOf(part['annotations'], into.text.length));
  into.logprobs.push(...optionalList(part['logprobs'], `${field}.logprobs`, 'answer').filter(isObject));
  into.text += text;
}
