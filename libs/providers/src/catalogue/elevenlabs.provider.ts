import { Refusals, boundaryOf, spliceMultipart, stringAt, wordTable, type Json } from '@tollgate/dialects';
import type { Adapter, AdaptedRequest, DialectRequest } from '../kit/adapter.js';
import type { Provider } from '../provider.js';
import { formTexts, jsonOf, refuseFields } from './adapted-bodies.js';
import { below, openAiCompatible } from './openai-compatible.js';

/** OpenAI's formats by ElevenLabs' names; OpenAI's own default goes first. */
const FORMATS: Readonly<Record<string, string>> = wordTable({
  mp3: 'mp3_44100_128',
  opus: 'opus_48000_128',
  pcm: 'pcm_24000',
});

/** Speech: the voice is in the path, and named by its id. */
const SPEECH: Adapter = {
  request({ body, dropParams }) {
    const { model, input, voice, response_format: format, speed, ...rest } = jsonOf(body);
    const refusals = new Refusals(dropParams, 'ElevenLabs');
    const { instructions, stream_format: streaming, ...own } = rest;
    refuseFields({ instructions, stream_format: streaming }, refusals);
    const name = typeof format === 'string' ? format : 'mp3';
    if (FORMATS[name] === undefined) refusals.refuse('response_format', `'${name}'`);
    const speech: Json = { ...own, text: stringAt(input, 'input', 'request'), model_id: model };
    if (speed !== undefined) speech['voice_settings'] = { ...(own['voice_settings'] as Json), speed };
    return {
      path: `/${encodeURIComponent(stringAt(voice, 'voice', 'request'))}?output_format=${FORMATS[name] ?? 'mp3_44100_128'}`,
      body: Buffer.from(JSON.stringify(speech)),
      contentType: 'application/json',
    };
  },
};

/** Transcriptions: OpenAI's form with other names, and an answer that has OpenAI's `text` in it. */
const TRANSCRIPTIONS: Adapter = {
  request: ({ body, contentType = '', dropParams }: DialectRequest): AdaptedRequest => {
    const boundary = boundaryOf(contentType) ?? '';
    const form = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
    const { model, language, response_format: format, prompt } = formTexts(form, boundary);
    const refusals = new Refusals(dropParams, 'ElevenLabs');
    refuseFields({ prompt }, refusals);
    if (format !== undefined && format !== 'json') refusals.refuse('response_format', `'${format}'`);
    const gone = { model: undefined, language: undefined, response_format: undefined, prompt: undefined };
    return {
      path: '',
      body: spliceMultipart(form, boundary, { ...gone, model_id: model, language_code: language }),
      contentType,
    };
  },
};

export const elevenLabs: Provider = {
  ...openAiCompatible({
    name: 'elevenlabs',
    label: 'ElevenLabs',
    baseUrl: 'https://api.elevenlabs.io/v1',
    keyVariables: ['ELEVENLABS_API_KEY'],
    baseVariables: ['ELEVENLABS_API_BASE'],
  }),
  endpoints: () => ENDPOINTS,
  headers: ({ apiKey }): Record<string, string> => (apiKey === null ? {} : { 'xi-api-key': apiKey }),
};

const ENDPOINTS = [
  { ...below('openai-speech', '/text-to-speech'), adapter: SPEECH },
  { ...below('openai-transcriptions', '/speech-to-text'), adapter: TRANSCRIPTIONS },
];
