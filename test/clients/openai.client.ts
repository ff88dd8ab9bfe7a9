import OpenAI, {
  AuthenticationError,
  AzureOpenAI,
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

const chatBy = (name: string, clientAt: (place: Place) => OpenAI): Client => ({
  name,
  errors: OPENAI_ERRORS,

  async text(place, prompt) {
    const messages = [{ role: 'user' as const, content: prompt }];
    const answer = await clientAt(place).chat.completions.create({ model: place.model, messages });
    return answer.choices[0]!.message.content!;
  },

  async *stream(place, prompt) {
    const messages = [{ role: 'user' as const, content: prompt }];
    const stream = clientAt(place).chat.completions.stream({ model: place.model, messages });
    for await (const { choices } of stream) yield choices[0]?.delta.content ?? '';
  },

  async toolRound(place, prompt, stream) {
    const { completions } = clientAt(place).chat;
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
    const { data } = await clientAt(place).embeddings.create({ model: place.model, input });
    return data.map(({ embedding }) => embedding);
  },
});

export const OPENAI_CHAT: readonly Client[] = [
  {
    ...chatBy('openai, chat completions', openAiAt),
    list: async (place) => (await openAiAt(place).models.list()).data.map(({ id }) => id),
  },
  chatBy(
    'openai, for Azure',
    ({ url, apiKey }) => new AzureOpenAI({ endpoint: url, apiKey, apiVersion: '2024-10-21', maxRetries: 0 }),
  ),
];
