import { OpenAI, OpenAIEmbedding } from '@llamaindex/openai';
import { TOOL, TOOL_RESULT, type Client, type Place } from './client.js';

const settings = ({ url, apiKey, model }: Place) => ({ model, apiKey, baseURL: `${url}/v1`, maxRetries: 0 });

const shown = (status: number) => ({
  type: Error,
  fields: { status, headers: expect.anything() as unknown },
});

const tools = [{ metadata: TOOL, call: () => TOOL_RESULT }];

interface Call {
  readonly id: string;
  readonly name: string;
  /** An object where the call came as a stream, else its JSON. */
  readonly input: unknown;
}

const callOf = (options: object | undefined): Call | undefined =>
  (options as { readonly toolCall?: readonly Call[] } | undefined)?.toolCall?.[0];

export const llamaIndex: Client = {
  name: '@llamaindex/openai',
  errors: { wrongKey: shown(401), unknownModel: shown(400), overBudget: shown(422), rateLimited: shown(429) },

  async text(place, content) {
    const { message } = await new OpenAI(settings(place)).chat({ messages: [{ role: 'user', content }] });
    return message.content as string;
  },

  async *stream(place, content) {
    const messages = [{ role: 'user' as const, content }];
    for await (const { delta } of await new OpenAI(settings(place)).chat({ messages, stream: true }))
      yield delta;
  },

  async toolRound(place, prompt, stream) {
    const model = new OpenAI(settings(place));
    const asked = { role: 'user' as const, content: prompt };
    let call: Call | undefined;
    if (stream) {
      for await (const { options } of await model.chat({ messages: [asked], tools, stream: true }))
        call = callOf(options) ?? call;
    } else call = callOf((await model.chat({ messages: [asked], tools })).message.options);
    const { id, name, input } = call!;
    const toolResult = { id, result: TOOL_RESULT, isError: false };
    const messages = [
      asked,
      { role: 'assistant' as const, content: '', options: { toolCall: [call] } },
      { role: 'user' as const, content: TOOL_RESULT, options: { toolResult } },
    ];
    const { message } = await model.chat({ messages, tools });
    return {
      name,
      arguments: typeof input === 'string' ? JSON.parse(input) : input,
      text: message.content as string,
    };
  },

  embed: (place, texts) => new OpenAIEmbedding(settings(place)).getTextEmbeddings(texts),
};
