import { isObject, listAt, objectAt, optionalString, stringAt, type Json } from '../json/json.js';
import { mediaTypeOf } from './media.js';

/** Converse's content of an answer as Anthropic's blocks, which chat messages are made of. What chat has no place for goes. */
export const blocksOfAnswer = (content: readonly unknown[]): Json[] =>
  content.flatMap((value, index) => {
    const field = `output.message.content[${index}]`;
    return blockOf(objectAt(value, field, 'answer'), field);
  });

function blockOf(block: Json, field: string): Json[] {
  if (block['text'] !== undefined && block['text'] !== null) {
    return [{ type: 'text', text: stringAt(block['text'], `${field}.text`, 'answer') }];
  }
  if (isObject(block['toolUse'])) return toolUse(block['toolUse'], `${field}.toolUse`);
  if (isObject(block['reasoningContent'])) return reasoning(block['reasoningContent'], field);
  if (isObject(block['citationsContent'])) return [citedText(block['citationsContent'], field)];
  return [];
}

function toolUse(call: Json, field: string): Json[] {
  if (isServerSide(call)) return [];
  return [
    {
      type: 'tool_use',
      id: stringAt(call['toolUseId'], `${field}.toolUseId`, 'answer'),
      name: stringAt(call['name'], `${field}.name`, 'answer'),
      // NOTE a model without parameters to give may answer with a text for them.
      input: isObject(call['input']) ? call['input'] : {},
    },
  ];
}

/** A tool that the provider runs itself: the caller has nothing to do. */
export const isServerSide = ({ type }: Json): boolean => type === 'server_tool_use';

function reasoning(content: Json, field: string): Json[] {
  const redacted = optionalString(content['redactedContent'], `${field}.redactedContent`, 'answer');
  if (redacted !== undefined) return [{ type: 'redacted_thinking', data: redacted }];
  const told = content['reasoningText'];
  if (!isObject(told)) return [];
  return [
    {
      type: 'thinking',
      thinking: optionalString(told['text'], `${field}.reasoningText.text`, 'answer') ?? '',
      signature: optionalString(told['signature'], `${field}.reasoningText.signature`, 'answer') ?? '',
    },
  ];
}

function citedText(cited: Json, field: string): Json {
  const texts = listAt(cited['content'] ?? [], `${field}.citationsContent.content`, 'answer')
    .filter(isObject)
    .map(({ text }) => (typeof text === 'string' ? text : ''));
  const citations: readonly unknown[] = Array.isArray(cited['citations']) ? cited['citations'] : [];
  return { type: 'text', text: texts.join(''), citations: citations.filter(isObject).map(citationOf) };
}

/** Where a cited text is on the web; one in a document that was sent along has no URL. */
export function citationOf(citation: Json): Json {
  const { location, source, title } = citation;
  const web = isObject(location) && isObject(location['web']) ? location['web']['url'] : undefined;
  const isUrl = typeof source === 'string' && /^https?:/.test(source);
  return { url: web ?? (isUrl ? source : undefined), title };
}

/** Images of an answer in the form that chat has for them. */
export const imagesOfAnswer = (content: readonly unknown[]): Json[] =>
  content.filter(isObject).flatMap(({ image }) => (isObject(image) ? imagePart(image) : []));

export function imagePart({ format, source }: Json): Json[] {
  const bytes = isObject(source) ? source['bytes'] : undefined;
  if (typeof bytes !== 'string' || bytes === '') return [];
  const mediaType = mediaTypeOf('image', typeof format === 'string' ? format : 'png');
  return [{ type: 'image_url', image_url: { url: `data:${mediaType};base64,${bytes}` } }];
}
