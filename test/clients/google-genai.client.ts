import {
  ApiError,
  GoogleGenAI,
  type Content,
  type GenerateContentResponse,
  type HttpOptions,
} from '@google/genai';
import { TOOL, TOOL_RESULT, type Client, type Place } from './client.js';

// Left to itself it looks for the global dispatcher of Node's `fetch`, which is hidden from tests.
const optionsAt = (baseUrl: string): HttpOptions => ({
  baseUrl,
  fetch: (input, init) => fetch(input, init),
});

const shown = (status: number, word: string) => ({
  type: ApiError,
  fields: { status, message: expect.stringContaining(`"status":"${word}"`) as string },
});

const { name, description, parameters: parametersJsonSchema } = TOOL;
const config = { tools: [{ functionDeclarations: [{ name, description, parametersJsonSchema }] }] };

/** The model's turn, put together from its pieces. */
async function lastTurn(pieces: AsyncIterable<GenerateContentResponse>): Promise<Content> {
  const turn: Content = { role: 'model', parts: [] };
  for await (const { candidates } of pieces) turn.parts!.push(...(candidates?.[0]?.content?.parts ?? []));
  return turn;
}

const googleGenAi = (apiVersion: string, clientAt: (place: Place) => GoogleGenAI): Client => ({
  name: `@google/genai, ${apiVersion}`,
  errors: {
    wrongKey: shown(401, 'UNAUTHENTICATED'),
    unknownModel: shown(400, 'INVALID_ARGUMENT'),
    overBudget: shown(422, 'FAILED_PRECONDITION'),
    rateLimited: shown(429, 'RESOURCE_EXHAUSTED'),
  },

  async text(place, contents) {
    return (await clientAt(place).models.generateContent({ model: place.model, contents })).text!;
  },

  async *stream(place, contents) {
    const pieces = await clientAt(place).models.generateContentStream({ model: place.model, contents });
    for await (const { text } of pieces) yield text ?? '';
  },

  async toolRound(place, prompt, stream) {
    const { models } = clientAt(place);
    const contents: Content[] = [{ role: 'user', parts: [{ text: prompt }] }];
    const asked = { model: place.model, contents, config };
    const turn = stream
      ? await lastTurn(await models.generateContentStream(asked))
      : (await models.generateContent(asked)).candidates![0]!.content!;
    const call = turn.parts!.find((part) => part.functionCall !== undefined)!.functionCall!;
    const response = { result: TOOL_RESULT };
    contents.push(turn, {
      role: 'user',
      parts: [{ functionResponse: { id: call.id!, name: call.name!, response } }],
    });
    const answer = await models.generateContent(asked);
    return { name: call.name!, arguments: call.args, text: answer.text! };
  },

  async list(place) {
    const names: string[] = [];
    for await (const { name } of await clientAt(place).models.list())
      names.push(name!.replace('models/', ''));
    return names;
  },

  async count(place, contents) {
    return (await clientAt(place).models.countTokens({ model: place.model, contents })).totalTokens!;
  },

  async embed(place, contents) {
    const answer = await clientAt(place).models.embedContent({ model: place.model, contents });
    return answer.embeddings!.map(({ values }) => values!);
  },
});

/** The client's second version asks one, its third the other. */
export const GOOGLE_GENAI: readonly Client[] = ['v1beta', 'v1'].map((apiVersion) =>
  googleGenAi(
    apiVersion,
    ({ url, apiKey }) => new GoogleGenAI({ apiKey, apiVersion, httpOptions: optionsAt(url) }),
  ),
);
