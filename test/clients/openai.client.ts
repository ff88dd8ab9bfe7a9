import OpenAI, {
  AuthenticationError,
  BadRequestError,
  RateLimitError,
  UnprocessableEntityError,
} from 'openai';
import { TOOL, TOOL_RESULT, type Client, type Place } from './client.js';

/** No client of these tests tries again: an error is to be seen. */
export const openAiAt = ({ url, apiKey }: Place): OpenAI =>
  new OpenAI({ baseURL: `${url}/v1`, apiKey, maxRetries: 0 });

/** What OpenAI's SDK makes of an error, and what is built on it. */
export const OPENAI_ERRORS: Client['errors'] = {
  wrongKey: { type: AuthenticationError, fields: { status: 401, type: 'token_not_found_in_db' } },
  unknownModel: { type: BadRequestError, fields: { status: 400 } },
  overBudget: { type: UnprocessableEntityError, fields: { status: 422, type: 'budget_exceeded' } },
  rateLimited: { type: RateLimitError, fields: { status: 429 } },
};

const tools = [{ type: 'function' as const, function: TOOL }];

export const openAiChat: Client = {
  name: 'openai, chat completions',
  errors: OPENAI_ERRORS,

  async text(place, prompt) {
    const messages = [{ role: 'user' as const, content: prompt }];
    const answer = await openAiAt(place).chat.completions.create({ model: place.model, messages });
    return answer.choices[0]!.message.content!;
  },

  async *stream(place, prompt) {
    const messages = [{ role: 'user' as const, content: prompt }];
    const stream = openAiAt(place).chat.completions.stream({ model: place.model, messages });
    for await (const { choices } of stream) yield choices[0]?.delta.content ?? '';
  },

  async toolRound(place, prompt, stream) {
    const { completions } = openAiAt(place).chat;
    const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: prompt }];
    const asked = { model: place.model, messages, tools };
    const called = await (stream
      ? completions.stream(asked).finalChatCompletion()
      : completions.create(asked));
    const { message } = called.choices[0]!;
    const call = message.tool_calls![0] as OpenAI.ChatCompletionMessageFunctionToolCall;
    messages.push(message, { role: 'tool', tool_call_id: call.id, content: TOOL_RESULT });
    const answer = await completions.create(asked);
    const { name } = call.function;
    return {
      ...{ name, arguments: JSON.parse(call.function.arguments) as unknown },
      text: answer.choices[0]!.message.content!,
    };
  },

  async embed(place, input) {
    const { data } = await openAiAt(place).embeddings.create({ model: place.model, input });
    return data.map(({ embedding }) => embedding);
  },
};
