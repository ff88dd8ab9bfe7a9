import { ChatAnthropic } from '@langchain/anthropic';
import type { AIMessageChunk } from '@langchain/core/messages';
import { HumanMessage, ToolMessage } from '@langchain/core/messages';
import { ChatOpenAI, OpenAIEmbeddings } from '@langchain/openai';
import { TOOL, TOOL_RESULT, type Client, type Place } from './client.js';

const shown = (status: number, more: object = {}) => ({ type: Error, fields: { status, ...more } });

const tools = [{ type: 'function' as const, function: TOOL }];

const openAi = ({ url, apiKey, model }: Place): ChatOpenAI =>
  new ChatOpenAI({ model, apiKey, configuration: { baseURL: `${url}/v1` }, maxRetries: 0 });
const claude = ({ url, apiKey, model }: Place): ChatAnthropic =>
  new ChatAnthropic({ model, apiKey, anthropicApiUrl: url, maxRetries: 0 });

async function whole(pieces: AsyncIterable<AIMessageChunk>): Promise<AIMessageChunk> {
  let all: AIMessageChunk | undefined;
  for await (const piece of pieces) all = all === undefined ? piece : all.concat(piece);
  return all!;
}

function langChain(name: string, modelAt: (place: Place) => ChatOpenAI | ChatAnthropic): Client {
  return {
    name,
    errors: {
      wrongKey: shown(401, { lc_error_code: 'MODEL_AUTHENTICATION' }),
      unknownModel: shown(400),
      overBudget: shown(422),
      rateLimited: shown(429, { lc_error_code: 'MODEL_RATE_LIMIT' }),
    },

    async text(place, prompt) {
      return (await modelAt(place).invoke(prompt)).text;
    },

    async *stream(place, prompt) {
      for await (const { text } of await modelAt(place).stream(prompt)) yield text;
    },

    async toolRound(place, prompt, stream) {
      const model = modelAt(place).bindTools(tools);
      const asked = [new HumanMessage(prompt)];
      const called = await (stream ? whole(await model.stream(asked)) : model.invoke(asked));
      const call = called.tool_calls![0]!;
      const result = new ToolMessage({ tool_call_id: call.id!, content: TOOL_RESULT });
      const { text } = await model.invoke([...asked, called, result]);
      return { name: call.name, arguments: call.args, text };
    },
  };
}

export const LANGCHAIN: readonly Client[] = [
  {
    ...langChain('@langchain/openai', openAi),
    embed: ({ url, apiKey, model }, texts) =>
      new OpenAIEmbeddings({ model, apiKey, configuration: { baseURL: `${url}/v1` } }).embedDocuments(texts),
  },
  langChain('@langchain/anthropic', claude),
];
