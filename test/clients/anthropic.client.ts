import Anthropic, {
  AuthenticationError,
  BadRequestError,
  RateLimitError,
  UnprocessableEntityError,
} from '@anthropic-ai/sdk';
import { TOOL, TOOL_RESULT, type Client, type Place } from './client.js';

const clientAt = ({ url, apiKey }: Place): Anthropic =>
  new Anthropic({ baseURL: url, apiKey, authToken: null, maxRetries: 0 });

const tools = [{ name: TOOL.name, description: TOOL.description, input_schema: TOOL.parameters }];

const textOf = ({ content }: Anthropic.Message): string =>
  content.map((block) => (block.type === 'text' ? block.text : '')).join('');

export const anthropic: Client = {
  name: '@anthropic-ai/sdk',
  errors: {
    wrongKey: {
      type: AuthenticationError,
      fields: { status: 401, error: { error: { type: 'authentication_error' } } },
    },
    unknownModel: {
      type: BadRequestError,
      fields: { status: 400, error: { error: { type: 'invalid_request_error' } } },
    },
    overBudget: { type: UnprocessableEntityError, fields: { status: 422, error: { type: 'error' } } },
    rateLimited: {
      type: RateLimitError,
      fields: { status: 429, error: { error: { type: 'rate_limit_error' } } },
    },
  },

  async text(place, prompt) {
    const messages = [{ role: 'user' as const, content: prompt }];
    return textOf(await clientAt(place).messages.create({ model: place.model, max_tokens: 200, messages }));
  },

  async *stream(place, prompt) {
    const messages = [{ role: 'user' as const, content: prompt }];
    const stream = clientAt(place).messages.stream({ model: place.model, max_tokens: 200, messages });
    for await (const event of stream) {
      if (event.type === 'content_block_delta' && event.delta.type === 'text_delta') yield event.delta.text;
    }
  },

  async toolRound(place, prompt, stream) {
    const { messages: endpoint } = clientAt(place);
    const messages: Anthropic.MessageParam[] = [{ role: 'user', content: prompt }];
    const asked = { model: place.model, max_tokens: 200, messages, tools };
    const called = await (stream ? endpoint.stream(asked).finalMessage() : endpoint.create(asked));
    const call = called.content.find((block) => block.type === 'tool_use')!;
    messages.push(
      { role: 'assistant', content: called.content },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: call.id, content: TOOL_RESULT }] },
    );
    return { name: call.name, arguments: call.input, text: textOf(await endpoint.create(asked)) };
  },

  async list(place) {
    return (await clientAt(place).models.list()).data.map(({ id }) => id);
  },

  async count(place, prompt) {
    const messages = [{ role: 'user' as const, content: prompt }];
    return (await clientAt(place).messages.countTokens({ model: place.model, messages })).input_tokens;
  },
};
