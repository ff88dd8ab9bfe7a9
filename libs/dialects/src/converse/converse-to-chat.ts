import type { AnswerFacts, AnswerOptions } from '../codec/codec.js';
import { isObject, listAt, objectAt, type Json } from '../json/json.js';
import { messageToChat } from '../to-openai/message-to-chat.js';
import { usageOfConverse } from '../usage/converse-usage.js';
import { messageUsageOf } from '../usage/message-usage.js';
import { serviceTierOf } from '../usage/service-tier.js';
import { blocksOfAnswer, imagesOfAnswer } from './answer-blocks.js';

/**
 * An answer of Bedrock's Converse as an OpenAI chat completion, by way of an Anthropic message. It has no id of its own.
 * Throws `upstream_invalid_response` naming a field of the wrong shape.
 */
export function converseToChat(answer: Json, { model, created }: AnswerOptions): Json {
  const output = objectAt(answer['output'], 'output', 'answer');
  const message = objectAt(output['message'], 'output.message', 'answer');
  const content = listAt(message['content'] ?? [], 'output.message.content', 'answer');
  const usage = usageOfConverse(answer['usage']);
  const tier = tierOf(answer);
  const chat = messageToChat(
    {
      content: blocksOfAnswer(content),
      stop_reason: answer['stopReason'],
      ...(usage !== null && {
        usage: { ...messageUsageOf(usage), ...(tier !== undefined && { service_tier: tier }) },
      }),
    },
    { model, created },
  );
  const images = imagesOfAnswer(content);
  return images.length === 0 ? chat : withImages(chat, images);
}

function withImages(chat: Json, images: readonly Json[]): Json {
  const choices = listAt(chat['choices'], 'choices', 'answer').filter(isObject);
  return {
    ...chat,
    choices: choices.map((choice) => ({
      ...choice,
      message: { ...objectAt(choice['message'], 'message', 'answer'), images },
    })),
  };
}

/** What Converse says of the tier that served, in its own word. */
export function tierOf({ serviceTier }: Json): string | undefined {
  const type = isObject(serviceTier) ? serviceTier['type'] : undefined;
  return typeof type === 'string' ? type : undefined;
}

export function factsOfConverse(answer: Json): AnswerFacts {
  const rawUsage = answer['usage'] ?? null;
  return {
    usage: usageOfConverse(rawUsage),
    rawUsage,
    serviceTier: serviceTierOf(tierOf(answer)),
    responseId: null,
  };
}
