import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import {
  APICallError,
  embedMany,
  generateText,
  jsonSchema,
  stepCountIs,
  streamText,
  tool,
  type EmbeddingModel,
  type LanguageModel,
} from 'ai';
import { TOOL, TOOL_RESULT, type Client, type Place, type ToolRound } from './client.js';

const shown = (statusCode: number) => ({ type: APICallError, fields: { statusCode } });

const tools = {
  [TOOL.name]: tool({
    description: TOOL.description,
    inputSchema: jsonSchema(TOOL.parameters),
    execute: () => TOOL_RESULT,
  }),
};

/** Of the steps of a call that ran its tools by itself. */
function roundOf(steps: Awaited<ReturnType<typeof generateText<typeof tools>>>['steps']): ToolRound {
  const [call] = steps[0]!.toolCalls;
  return { name: call!.toolName, arguments: call!.input, text: steps.at(-1)!.text };
}

const asError = (error: unknown): Error =>
  error instanceof Error ? error : new Error(JSON.stringify(error), { cause: error });

/** Vercel's AI SDK, with one of its providers. */
function aiSdk(
  name: string,
  modelAt: (place: Place) => LanguageModel,
  embeddingAt?: (place: Place) => EmbeddingModel,
): Client {
  const shared = { maxRetries: 0, onError: () => undefined };
  return {
    name,
    errors: {
      ...{ wrongKey: shown(401), unknownModel: shown(400), overBudget: shown(422), rateLimited: shown(429) },
    },

    async text(place, prompt) {
      return (await generateText({ model: modelAt(place), prompt, maxRetries: 0 })).text;
    },

    async *stream(place, prompt) {
      for await (const part of streamText({ model: modelAt(place), prompt, ...shared }).fullStream) {
        if (part.type === 'text-delta') yield part.text;
        // Streams of this SDK never throw; some of its errors are what the provider sent.
        if (part.type === 'error') throw asError(part.error);
      }
    },

    async toolRound(place, prompt, stream) {
      const asked = { model: modelAt(place), prompt, tools, stopWhen: stepCountIs(2) };
      if (!stream) return roundOf((await generateText({ ...asked, maxRetries: 0 })).steps);
      return roundOf(await streamText({ ...asked, ...shared }).steps);
    },

    ...(embeddingAt !== undefined && {
      embed: async (place: Place, values: string[]) =>
        (await embedMany({ model: embeddingAt(place), values, maxRetries: 0 })).embeddings,
    }),
  };
}

const openAi = ({ url, apiKey }: Place) => createOpenAI({ baseURL: `${url}/v1`, apiKey });
const compatible = ({ url, apiKey }: Place) =>
  createOpenAICompatible({ name: 'tollgate', baseURL: `${url}/v1`, apiKey });

export const AI_SDK: readonly Client[] = [
  aiSdk(
    '@ai-sdk/openai, responses',
    (place) => openAi(place)(place.model),
    (place) => openAi(place).embedding(place.model),
  ),
  aiSdk('@ai-sdk/openai, chat completions', (place) => openAi(place).chat(place.model)),
  aiSdk(
    '@ai-sdk/openai-compatible',
    (place) => compatible(place)(place.model),
    (place) => compatible(place).embeddingModel(place.model),
  ),
  aiSdk('@ai-sdk/anthropic', ({ url, apiKey, model }) =>
    createAnthropic({ baseURL: `${url}/v1`, apiKey })(model),
  ),
];
