import { CohereClientV2, CohereError, type Cohere } from 'cohere-ai';
import { TOOL, TOOL_RESULT, type Client, type Place } from './client.js';

const clientAt = ({ url, apiKey }: Place): CohereClientV2 =>
  new CohereClientV2({ environment: url, token: apiKey, maxRetries: 0 });

const shown = (statusCode: number) => ({
  type: CohereError,
  fields: { statusCode, body: { message: expect.any(String) as string } },
});

const tools = [{ type: 'function' as const, function: TOOL }];

const textOf = ({ message }: Cohere.V2ChatResponse): string =>
  (message.content ?? []).map((part) => (part.type === 'text' ? part.text : '')).join('');

/** The first call of a tool, put together from its pieces. */
async function firstCall(events: AsyncIterable<Cohere.V2ChatStreamResponse>): Promise<Cohere.ToolCallV2> {
  let call: Cohere.ToolCallV2 | undefined;
  let text = '';
  for await (const event of events) {
    if (event.type === 'tool-call-start') call = event.delta?.message?.toolCalls;
    if (event.type === 'tool-call-delta') text += event.delta?.message?.toolCalls?.function?.arguments ?? '';
  }
  return { ...call!, function: { ...call!.function, arguments: text } };
}

export const cohere: Client = {
  name: 'cohere-ai',
  errors: { wrongKey: shown(401), unknownModel: shown(400), overBudget: shown(422), rateLimited: shown(429) },

  async text(place, content) {
    const messages = [{ role: 'user' as const, content }];
    return textOf(await clientAt(place).chat({ model: place.model, messages }));
  },

  async *stream(place, content) {
    const messages = [{ role: 'user' as const, content }];
    const events = await clientAt(place).chatStream({ model: place.model, messages });
    for await (const event of events) {
      if (event.type === 'content-delta') yield event.delta?.message?.content?.text ?? '';
      // Its client leaves it to the user to look why a stream ended.
      if (event.type === 'message-end' && event.delta?.finishReason === 'ERROR')
        throw new Error(event.delta.error);
    }
  },

  async toolRound(place, content, stream) {
    const client = clientAt(place);
    const messages: Cohere.ChatMessageV2[] = [{ role: 'user', content }];
    const asked = { model: place.model, messages, tools };
    const call = stream
      ? await firstCall(await client.chatStream(asked))
      : (await client.chat(asked)).message.toolCalls![0]!;
    messages.push(
      { role: 'assistant', toolCalls: [call] },
      { role: 'tool', toolCallId: call.id, content: TOOL_RESULT },
    );
    const { name, arguments: text } = call.function!;
    return {
      ...{ name: name!, arguments: JSON.parse(text!) as unknown },
      text: textOf(await client.chat(asked)),
    };
  },

  async embed(place, texts) {
    const { model } = place;
    const options = { inputType: 'search_document' as const, embeddingTypes: ['float' as const] };
    return (await clientAt(place).embed({ model, texts, ...options })).embeddings.float!;
  },
};
