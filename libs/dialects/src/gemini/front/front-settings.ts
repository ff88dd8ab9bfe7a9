import {
  isObject,
  objectAt,
  optionalList,
  optionalNumber,
  optionalString,
  stringAt,
  type Json,
} from '../../json/json.js';
import { present } from '../../json/present.js';
import { Refusals } from '../../refusals.js';
import { effortOfThinking } from '../../to-openai/messages-to-chat.js';
import { fieldAt, fieldsBeside } from '../fields.js';
import { jsonSchemaOf } from '../schema-from-gemini.js';

/** Fields of numbers, and OpenAI's names of them. */
const NUMBERS: Readonly<Record<string, string>> = {
  temperature: 'temperature',
  topP: 'top_p',
  topK: 'top_k',
  maxOutputTokens: 'max_tokens',
  candidateCount: 'n',
  seed: 'seed',
  presencePenalty: 'presence_penalty',
  frequencyPenalty: 'frequency_penalty',
};

const CONSUMED = new Set([
  ...Object.keys(NUMBERS),
  'stopSequences',
  'responseLogprobs',
  'logprobs',
  'responseMimeType',
  'responseSchema',
  'responseJsonSchema',
  '_responseJsonSchema',
  'responseModalities',
  'thinkingConfig',
]);

const FIELD = 'generationConfig';

/** The settings of a chat request that Gemini's `generationConfig` stands for; its further fields travel on unless they may be dropped. */
export function chatSettingsOf(config: Json, dropParams: boolean): Json {
  const refusals = new Refusals(dropParams, 'An OpenAI-shaped provider');
  const numbers = Object.entries(NUMBERS).map(([name, chatName]) => [
    chatName,
    optionalNumber(fieldAt(config, name), `${FIELD}.${name}`, 'request'),
  ]);
  const stop = optionalList(fieldAt(config, 'stopSequences'), `${FIELD}.stopSequences`, 'request');
  const isLogged = fieldAt(config, 'responseLogprobs') === true;
  const own = fieldsBeside(config, CONSUMED);
  return present({
    ...(Object.fromEntries(numbers) as Json),
    stop: stop.length > 0 ? stop : undefined,
    logprobs: isLogged ? true : undefined,
    top_logprobs: isLogged
      ? optionalNumber(fieldAt(config, 'logprobs'), `${FIELD}.logprobs`, 'request')
      : undefined,
    response_format: formatOf(config, refusals),
    modalities: modalitiesOf(config),
    reasoning_effort: effortOf(fieldAt(config, 'thinkingConfig')),
    generationConfig: dropParams || Object.keys(own).length === 0 ? undefined : own,
  });
}

function formatOf(config: Json, refusals: Refusals): Json | undefined {
  const type = optionalString(fieldAt(config, 'responseMimeType'), `${FIELD}.responseMimeType`, 'request');
  if (type === undefined || type === 'text/plain') return undefined;
  if (type !== 'application/json') {
    refusals.refuse(`${FIELD}.responseMimeType`, `'${type}'`);
    return undefined;
  }
  const schema = schemaOf(config);
  return schema === undefined
    ? { type: 'json_object' }
    : { type: 'json_schema', json_schema: { name: 'answer', schema } };
}

function schemaOf(config: Json): Json | undefined {
  const own = fieldAt(config, 'responseSchema');
  if (own !== undefined && own !== null)
    return jsonSchemaOf(objectAt(own, `${FIELD}.responseSchema`, 'request'));
  const schema = fieldAt(config, 'responseJsonSchema') ?? config['_responseJsonSchema'];
  return schema === undefined || schema === null
    ? undefined
    : objectAt(schema, `${FIELD}.responseJsonSchema`, 'request');
}

/** Text alone is what every answer is. */
function modalitiesOf(config: Json): string[] | undefined {
  const field = `${FIELD}.responseModalities`;
  const names = optionalList(fieldAt(config, 'responseModalities'), field, 'request').map((each, index) =>
    stringAt(each, `${field}[${index}]`, 'request').toLowerCase(),
  );
  return names.every((name) => name === 'text') ? undefined : names;
}

/** A budget of -1 is the model's own measure. */
function effortOf(value: unknown): string | undefined {
  if (!isObject(value)) return undefined;
  const level = fieldAt(value, 'thinkingLevel');
  if (typeof level === 'string') return level.toLowerCase();
  const budget = fieldAt(value, 'thinkingBudget');
  if (typeof budget !== 'number' || budget < 0) return undefined;
  return budget === 0 ? 'none' : effortOfThinking({ type: 'enabled', budget_tokens: budget });
}
