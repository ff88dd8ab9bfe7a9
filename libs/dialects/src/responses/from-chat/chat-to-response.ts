import type { AnswerOptions } from '../../codec/codec.js';
import { textOf } from '../../codec/first-choice.js';
import {
  isObject,
  listAt,
  objectAt,
  optionalList,
  optionalString,
  stringAt,
  type Json,
} from '../../json/json.js';
import { reasoningOf } from '../../to-anthropic/chat-to-message.js';
import { usageOfChat } from '../../usage/chat-usage.js';
import { responseUsageOf } from '../../usage/response-usage.js';
import { textAnnotationsOf } from '../citations.js';
import { nameInResponses } from '../namespaces.js';
import { itemIdOf, newResponseId, type ItemKind } from '../own-ids.js';
import {
  COMPLETED,
  callItem,
  imageItem,
  messageItem,
  reasoningItem,
  refusalPart,
  textPart,
  type Call,
} from './response-items.js';
import { emptyResponse, endOf } from './response-object.js';

/**
 * A chat completion's first choice as an OpenAI response. Throws `upstream_invalid_response` naming a field of the wrong shape.
 */
export function chatToResponse(answer: Json, { model, created, request }: AnswerOptions): Json {
  const choice = objectAt(listAt(answer['choices'], 'choices', 'answer')[0], 'choices[0]', 'answer');
  // NOTE Azure leaves the message out where its filter took the whole answer.
  const message = objectAt(choice['message'] ?? {}, 'choices[0].message', 'answer');
  const head = emptyResponse({ id: newResponseId(), model, created, request });
  const end = endOf(choice['finish_reason']);
  const usage = usageOfChat(answer['usage']);
  return {
    ...head,
    ...end,
    output: endedAs(end['status'], outputOf(message, choice['logprobs'], head)),
    service_tier: answer['service_tier'] ?? 'default',
    usage: usage === null ? null : responseUsageOf(usage),
  };
}

/** The message's reasoning, its text, its tool calls and its images, in this order. */
function outputOf(message: Json, logprobs: unknown, head: Json): Json[] {
  const output: Json[] = [];
  const nextId = (kind: ItemKind): string => itemIdOf(String(head['id']), kind, output.length);
  for (const block of thinkingOf(message)) output.push(reasoningItem(nextId('rs'), block));
  const content = contentOf(message, logprobs);
  if (content.length > 0) output.push(messageItem(nextId('msg'), content, COMPLETED));
  const calls = optionalList(message['tool_calls'], 'choices[0].message.tool_calls', 'answer');
  calls.forEach((value, index) => {
    const call = callOf(value, index);
    const names = nameInResponses(call.name, head);
    output.push(callItem(nextId(call.isCustom ? 'ctc' : 'fc'), { ...call, ...names }, COMPLETED));
  });
  for (const image of optionalList(message['images'], 'choices[0].message.images', 'answer')) {
    const item = imageItem(nextId('ig'), image);
    if (item !== undefined) output.push(item);
  }
  return output;
}

/** Of an answer that broke off, the last item is not whole. */
function endedAs(status: unknown, output: readonly Json[]): Json[] {
  return output.map((item, index) =>
    index === output.length - 1 && item['status'] !== undefined ? { ...item, status } : item,
  );
}

function thinkingOf(message: Json): Json[] {
  const field = 'choices[0].message.thinking_blocks';
  const blocks = optionalList(message['thinking_blocks'], field, 'answer').filter(isObject);
  if (blocks.length > 0) return blocks;
  const reasoning = reasoningOf(message);
  return reasoning === undefined ? [] : [{ type: 'thinking', thinking: reasoning }];
}

function contentOf(message: Json, logprobs: unknown): Json[] {
  const text = textOf(message['content']);
  const refusal = optionalString(message['refusal'], 'choices[0].message.refusal', 'answer') ?? '';
  const annotations = textAnnotationsOf(message['annotations']);
  return [
    ...(text === '' ? [] : [textPart(text, annotations, logprobsOf(logprobs))]),
    ...(refusal === '' ? [] : [refusalPart(refusal)]),
  ];
}

/** Those of the text, of a choice's `logprobs`. */
export function logprobsOf(logprobs: unknown): Json[] {
  const content = isObject(logprobs) ? logprobs['content'] : undefined;
  return Array.isArray(content) ? content.filter(isObject) : [];
}

function callOf(value: unknown, index: number): Call {
  const field = `choices[0].message.tool_calls[${index}]`;
  const call = objectAt(value, field, 'answer');
  const isCustom = call['type'] === 'custom';
  const kind = isCustom ? 'custom' : 'function';
  const target = objectAt(call[kind], `${field}.${kind}`, 'answer');
  const text = target[isCustom ? 'input' : 'arguments'];
  return {
    id: optionalString(call['id'], `${field}.id`, 'answer') ?? `call_${index}`,
    name: stringAt(target['name'], `${field}.${kind}.name`, 'answer'),
    isCustom,
    text: isObject(text) ? JSON.stringify(text) : textOfCall(text, isCustom),
  };
}

/** OpenAI's clients parse the arguments of a function without any, too. */
export function textOfCall(text: unknown, isCustom: boolean): string {
  const told = typeof text === 'string' ? text : '';
  return told === '' && !isCustom ? '{}' : told;
}
