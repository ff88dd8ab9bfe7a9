import {
  isObject,
  objectAt,
  optionalList,
  optionalNumber,
  stringAt,
  wrongType,
  type Json,
} from '../../json/json.js';
import { present } from '../../json/present.js';
import type { Refusals } from '../../refusals.js';
import { maxTokensOf } from '../../to-anthropic/request-parameters.js';
import { geminiSchemaOf } from '../schema-to-gemini.js';
import { thinkingConfigOf } from './thinking-config.js';

/** Fields of numbers, and Gemini's names of them. */
const NUMBERS: Readonly<Record<string, string>> = {
  temperature: 'temperature',
  top_p: 'topP',
  top_k: 'topK',
  seed: 'seed',
  presence_penalty: 'presencePenalty',
  frequency_penalty: 'frequencyPenalty',
};

/** Gemini's `generationConfig`, beginning with what the caller gave of it; undefined where there is nothing to say. */
export function generationConfigOf(request: Json, model: string, refusals: Refusals): Json | undefined {
  const numbers = Object.entries(NUMBERS).map(([name, own]) => [
    own,
    optionalNumber(request[name], name, 'request'),
  ]);
  const candidates = optionalNumber(request['n'], 'n', 'request');
  const config = {
    ...(isObject(request['generationConfig']) && request['generationConfig']),
    ...present({
      ...(Object.fromEntries(numbers) as Json),
      maxOutputTokens: maxTokensOf(request),
      candidateCount: candidates === 1 ? undefined : candidates,
      stopSequences: stopSequencesOf(request['stop']),
      ...logprobsOf(request),
      ...formatOf(request['response_format']),
      responseModalities: modalitiesOf(request['modalities']),
      speechConfig: speechOf(request['audio'], refusals),
      thinkingConfig: thinkingConfigOf(request, model),
    }),
  };
  return Object.keys(config).length > 0 ? config : undefined;
}

function stopSequencesOf(stop: unknown): unknown[] | undefined {
  if (stop === undefined || stop === null) return undefined;
  const sequences: unknown[] = Array.isArray(stop) ? stop : [stop];
  if (sequences.every((sequence) => typeof sequence === 'string')) return sequences;
  throw wrongType('request', 'stop', 'a string or a list of strings');
}

function logprobsOf(request: Json): Json {
  if (request['logprobs'] !== true) return {};
  const most = optionalNumber(request['top_logprobs'], 'top_logprobs', 'request');
  return { responseLogprobs: true, logprobs: most === 0 ? undefined : most };
}

function formatOf(value: unknown): Json {
  if (value === undefined || value === null) return {};
  const format = objectAt(value, 'response_format', 'request');
  const type = stringAt(format['type'], 'response_format.type', 'request');
  if (type === 'text') return {};
  if (type === 'json_object') return { responseMimeType: 'application/json' };
  if (type !== 'json_schema')
    throw wrongType('request', 'response_format.type', 'text, json_object or json_schema');
  const definition = objectAt(format['json_schema'], 'response_format.json_schema', 'request');
  const field = 'response_format.json_schema.schema';
  const schema = objectAt(definition['schema'] ?? { type: 'object' }, field, 'request');
  const own = geminiSchemaOf(schema);
  return {
    responseMimeType: 'application/json',
    ...(own === null ? { responseJsonSchema: schema } : { responseSchema: own }),
  };
}

function modalitiesOf(value: unknown): string[] | undefined {
  const modalities = optionalList(value, 'modalities', 'request');
  const names = modalities.map((each, index) => stringAt(each, `modalities[${index}]`, 'request'));
  return names.every((name) => name === 'text') ? undefined : names.map((name) => name.toUpperCase());
}

/** Gemini speaks in raw 16 bit samples alone. */
function speechOf(value: unknown, refusals: Refusals): Json | undefined {
  if (value === undefined || value === null) return undefined;
  const { voice, format } = objectAt(value, 'audio', 'request');
  if (format !== undefined && format !== 'pcm16') refusals.refuse('audio.format', 'any but pcm16');
  return { voiceConfig: { prebuiltVoiceConfig: { voiceName: stringAt(voice, 'audio.voice', 'request') } } };
}
