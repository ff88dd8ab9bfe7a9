import { NO_USAGE, completionTokens, promptTokens } from '@tollgate/contracts';
import { isObject, type Json } from '../../json/json.js';
import { present } from '../../json/present.js';
import { chatToMessage } from '../../to-anthropic/chat-to-message.js';
import { usageOfMessage } from '../../usage/message-usage.js';
import { mediaOfUrl } from '../media.js';

/**
 * An OpenAI chat completion as an answer of Bedrock's Converse, by way of an Anthropic message. Throws `upstream_invalid_response`
 * naming a field of the wrong shape.
 */
export function chatToAnswer(answer: Json): Json {
  const message = chatToMessage(answer);
  const blocks = Array.isArray(message['content']) ? message['content'].filter(isObject) : [];
  const content = [...blocks.map(blockOf), ...imagesOf(answer)];
  return {
    output: { message: { role: 'assistant', content } },
    stopReason: converseStopReason(message['stop_reason']),
    usage: converseUsage(message['usage']),
    ...present({ serviceTier: tierOf(answer) }),
  };
}

function blockOf(block: Json): Json {
  switch (block['type']) {
    case 'tool_use':
      return { toolUse: { toolUseId: block['id'], name: block['name'], input: block['input'] } };
    case 'thinking': {
      const { thinking: text, signature } = block;
      return {
        reasoningContent: { reasoningText: { text, ...(signature !== '' && present({ signature })) } },
      };
    }
    case 'redacted_thinking':
      return { reasoningContent: { redactedContent: block['data'] } };
    default:
      return { text: block['text'] };
  }
}

function imagesOf({ choices }: Json): Json[] {
  const choice: unknown = Array.isArray(choices) ? choices[0] : undefined;
  const message = isObject(choice) ? choice['message'] : undefined;
  const images: unknown = isObject(message) ? message['images'] : undefined;
  if (!Array.isArray(images)) return [];
  return images.flatMap((image: unknown) => {
    const url = isObject(image) && isObject(image['image_url']) ? image['image_url']['url'] : undefined;
    const isSent = typeof url === 'string' && url.startsWith('data:image/');
    return isSent ? [{ image: mediaOfUrl(url, 'images') }] : [];
  });
}

const tierOf = ({ service_tier: tier }: Json): Json | undefined =>
  typeof tier === 'string' && tier !== 'auto' ? { type: tier } : undefined;

/** Converse's words are Anthropic's but for one. */
export const converseStopReason = (stopReason: unknown): unknown =>
  stopReason === 'refusal' ? 'content_filtered' : stopReason;

/** Converse's usage object for Anthropic's. */
export function converseUsage(messageUsage: unknown): Json {
  const usage = usageOfMessage(messageUsage) ?? NO_USAGE;
  const prompt = promptTokens(usage);
  const outputTokens = completionTokens(usage);
  const cacheWrite = usage.cacheWrite5m + usage.cacheWrite1h;
  return {
    inputTokens: prompt - usage.cacheRead - cacheWrite,
    outputTokens,
    totalTokens: prompt + outputTokens,
    cacheReadInputTokens: usage.cacheRead,
    cacheWriteInputTokens: cacheWrite,
  };
}
