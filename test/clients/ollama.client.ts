import { Ollama, type Message } from 'ollama';
import { TOOL, TOOL_RESULT, type Client, type Place } from './client.js';

const clientAt = ({ url, apiKey }: Place): Ollama =>
  new Ollama({ host: url, headers: { authorization: `Bearer ${apiKey}` } });

// Ollama's client does not export its error's class.
const shown = (status: number) => ({ type: Error, fields: { name: 'ResponseError', status_code: status } });

const tools = [{ type: 'function', function: TOOL }];

/** The last message, put together from its pieces. */
async function lastMessage(pieces: AsyncIterable<{ message: Message }>): Promise<Message> {
  const whole: Message = { role: 'assistant', content: '', tool_calls: [] };
  for await (const { message } of pieces) {
    whole.content += message.content;
    whole.tool_calls!.push(...(message.tool_calls ?? []));
  }
  return whole;
}

export const ollama: Client = {
  name: 'ollama',
  errors: { wrongKey: shown(401), unknownModel: shown(400), overBudget: shown(422), rateLimited: shown(429) },

  async text(place, content) {
    const messages = [{ role: 'user', content }];
    return (await clientAt(place).chat({ model: place.model, messages })).message.content;
  },

  async *stream(place, content) {
    const messages = [{ role: 'user', content }];
    const pieces = await clientAt(place).chat({ model: place.model, messages, stream: true });
    for await (const { message } of pieces) yield message.content;
  },

  async toolRound(place, content, stream) {
    const client = clientAt(place);
    const messages: Message[] = [{ role: 'user', content }];
    const asked = { model: place.model, messages, tools };
    const called = stream
      ? await lastMessage(await client.chat({ ...asked, stream: true }))
      : (await client.chat(asked)).message;
    const call = called.tool_calls![0]!.function;
    messages.push(called, { role: 'tool', tool_name: call.name, content: TOOL_RESULT });
    const { message } = await client.chat(asked);
    return { name: call.name, arguments: call.arguments, text: message.content };
  },

  async list(place) {
    return (await clientAt(place).list()).models.map(({ name }) => name);
  },

  async embed(place, input) {
    return (await clientAt(place).embed({ model: place.model, input })).embeddings;
  },
};
