import { GatewayError } from '@tollgate/contracts';
import { Refusals, boundaryOf, scanMultipart, type Json } from '@tollgate/dialects';
import type { Adapter } from '../kit/adapter.js';
import { isJson } from '../response/parse-payload.js';
import type { Provider } from '../provider.js';
import { formTexts, refuseFields } from './adapted-bodies.js';
import { below, openAiCompatible } from './openai-compatible.js';

/** Transcriptions: the file alone is the body, all else is in the query, Deepgram's own options too. */
const TRANSCRIPTIONS: Adapter = {
  request({ body, contentType = '', dropParams }) {
    const boundary = boundaryOf(contentType) ?? '';
    const form = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
    const file = scanMultipart(form, boundary).find(({ filename }) => filename !== null);
    if (file === undefined)
      throw new GatewayError('invalid_request', "A form without a file: 'file' is missing", {
        param: 'file',
      });
    const { response_format: format, prompt, temperature, ...options } = formTexts(form, boundary);
    const refusals = new Refusals(dropParams, 'Deepgram');
    refuseFields({ prompt, temperature }, refusals);
    if (format !== undefined && format !== 'json') refusals.refuse('response_format', `'${format}'`);
    return {
      path: `?${new URLSearchParams(options).toString()}`,
      body: form.subarray(file.start, file.end),
      contentType: file.contentType ?? 'application/octet-stream',
    };
  },
  answer: toTranscription,
};

interface Channel {
  readonly alternatives?: readonly { readonly transcript?: string }[];
}

/** The likeliest words of every channel, and how many seconds they took. */
function toTranscription({ results, metadata }: Json): Json {
  const channels = fieldOf(results, 'channels');
  if (!Array.isArray(channels))
    throw new GatewayError('upstream_invalid_response', "The provider's answer has no 'results.channels'");
  const texts = (channels as Channel[]).map((channel) => channel.alternatives?.[0]?.transcript ?? '');
  const duration = fieldOf(metadata, 'duration');
  return {
    text: texts.filter((text) => text !== '').join('\n'),
    ...(duration !== undefined && { duration }),
  };
}

const fieldOf = (value: unknown, name: string): unknown => (isJson(value) ? value[name] : undefined);

export const deepgram: Provider = {
  ...openAiCompatible({
    name: 'deepgram',
    baseUrl: 'https://api.deepgram.com/v1',
    keyVariables: ['DEEPGRAM_API_KEY'],
    baseVariables: ['DEEPGRAM_API_BASE'],
  }),
  endpoints: () => ENDPOINTS,
  headers: ({ apiKey }): Record<string, string> =>
    apiKey === null ? {} : { authorization: `Token ${apiKey}` },
};

const ENDPOINTS = [{ ...below('openai-transcriptions', '/listen'), adapter: TRANSCRIPTIONS }];
