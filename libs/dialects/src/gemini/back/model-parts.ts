import { isObject, objectAt, optionalList, optionalString, stringAt, type Json } from '../../json/json.js';
import type { Refusals } from '../../refusals.js';
import { argumentsOf } from '../../to-anthropic/request-messages.js';
import { isMadeCallId } from '../call-ids.js';
import {
  NO_SIGNATURE,
  callSignatureOf,
  isGeminiSignature,
  thoughtSignatureOf,
} from '../thought-signature.js';
import { partOfUrl, partsOf } from './request-parts.js';
import { isSinceGemini3 } from './thinking-config.js';

/**
 * Gemini's parts of an assistant message, its calls noted in `names`. Signatures go where Gemini gave them: each to its
 * call, or of a client that keeps them with the thinking alone, the last to the first call, else to the text.
 */
export function modelParts(
  message: Json,
  field: string,
  model: string,
  names: Map<unknown, string>,
  refusals: Refusals,
): Json[] {
  const blocks = optionalList(message['thinking_blocks'], `${field}.thinking_blocks`, 'request').filter(
    isObject,
  );
  const refusal = optionalString(message['refusal'], `${field}.refusal`, 'request') ?? '';
  const texts = [
    ...partsOf(message['content'], `${field}.content`),
    ...(refusal === '' ? [] : [{ text: refusal }]),
  ];
  const calls = optionalList(message['tool_calls'], `${field}.tool_calls`, 'request')
    .map((call, index) => callPart(call, `${field}.tool_calls[${index}]`, names, refusals))
    .filter(isObject);
  return [...thoughts(blocks), ...signed([...texts, ...images(message, field)], calls, blocks, model)];
}

/** Thoughts that Gemini signed or nobody did; those of another vendor mean nothing to it. */
const thoughts = (blocks: readonly Json[]): Json[] =>
  blocks
    .filter(({ signature }) => isGeminiSignature(signature) || (signature ?? '') === '')
    .flatMap(({ thinking }) =>
      typeof thinking === 'string' && thinking !== '' ? [{ text: thinking, thought: true }] : [],
    );

function signed(
  texts: readonly Json[],
  calls: readonly Json[],
  blocks: readonly Json[],
  model: string,
): Json[] {
  const own = new Set(calls.map((call) => call['thoughtSignature']).filter((each) => each !== undefined));
  const left = blocks.map(thoughtSignatureOf).filter((each) => each !== undefined && !own.has(each));
  const thoughtSignature = left.at(-1);
  const [first, ...others] = calls;
  if (first === undefined || own.size > 0) return [...withSignature(texts, thoughtSignature), ...calls];
  const signature = thoughtSignature ?? (isSinceGemini3(model) ? NO_SIGNATURE : undefined);
  return [...texts, ...withSignature([first], signature), ...others];
}

/** The last part signed; a signature without a part has an empty text, as Gemini's own streams have it. */
function withSignature(parts: readonly Json[], thoughtSignature: string | undefined): Json[] {
  if (thoughtSignature === undefined) return [...parts];
  return [...parts.slice(0, -1), { ...(parts.at(-1) ?? { text: '' }), thoughtSignature }];
}

/** Images that the model made itself. */
const images = (message: Json, field: string): Json[] =>
  optionalList(message['images'], `${field}.images`, 'request').flatMap((image, index) => {
    const link = isObject(image) ? image['image_url'] : undefined;
    const url = isObject(link) ? link['url'] : link;
    return [
      partOfUrl(stringAt(url, `${field}.images[${index}].image_url.url`, 'request'), undefined, 'image/png'),
    ];
  });

function callPart(
  value: unknown,
  field: string,
  names: Map<unknown, string>,
  refusals: Refusals,
): Json | undefined {
  const call = objectAt(value, field, 'request');
  if (call['type'] === 'custom') {
    refusals.refuse(field, 'custom tools');
    return undefined;
  }
  const id = stringAt(call['id'], `${field}.id`, 'request');
  const target = objectAt(call['function'], `${field}.function`, 'request');
  const name = stringAt(target['name'], `${field}.function.name`, 'request');
  names.set(id, name);
  const args = argumentsOf(target['arguments'], `${field}.function.arguments`);
  const thoughtSignature = callSignatureOf(call);
  return {
    functionCall: { ...(!isMadeCallId(id) && { id }), name, args },
    ...(thoughtSignature !== undefined && { thoughtSignature }),
  };
}
