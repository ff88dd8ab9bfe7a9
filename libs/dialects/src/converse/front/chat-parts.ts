import { GatewayError } from '@tollgate/contracts';
import { isObject, listAt, stringAt, wordOf, type Json } from '../../json/json.js';
import { present } from '../../json/present.js';
import { urlOfMedia } from '../media.js';

/** `cache_control` for a cache point: chat marks what comes before it. */
export const markOf = ({ ttl }: Json): Json => present({ type: 'ephemeral', ttl });

/** Converse's blocks as chat content parts. */
export function partsOf(blocks: readonly Json[], field: string): Json[] {
  const parts: Json[] = [];
  blocks.forEach((block, index) => {
    const last = parts.at(-1);
    if (!isObject(block['cachePoint'])) parts.push(...partOf(block, `${field}[${index}]`));
    else if (last !== undefined) parts.splice(-1, 1, { ...last, cache_control: markOf(block['cachePoint']) });
  });
  return parts;
}

function partOf(block: Json, field: string): Json[] {
  const { text, json, image, document, video, audio, guardContent, searchResult, citationsContent } = block;
  if (typeof text === 'string') return [{ type: 'text', text }];
  if (json !== undefined) return [{ type: 'text', text: JSON.stringify(json) }];
  if (isObject(image)) {
    return [
      { type: 'image_url', image_url: { url: urlOr(field, urlOfMedia('image', image, `${field}.image`)) } },
    ];
  }
  if (isObject(video)) {
    return [
      { type: 'video_url', video_url: { url: urlOr(field, urlOfMedia('video', video, `${field}.video`)) } },
    ];
  }
  if (isObject(document)) return [filePart(document, `${field}.document`)];
  if (isObject(audio)) return [audioPart(audio, `${field}.audio`)];
  if (isObject(guardContent) && isObject(guardContent['text'])) {
    return [{ type: 'guarded_text', ...guardContent['text'] }];
  }
  if (isObject(searchResult)) return [searchResultPart(searchResult, `${field}.searchResult`)];
  if (isObject(citationsContent)) return citedTexts(citationsContent, `${field}.citationsContent`);
  throw unsupported(field);
}

function filePart(document: Json, field: string): Json {
  const url = urlOr(field, urlOfMedia('application', document, field));
  const { name, format, context, citations } = document;
  const filename = typeof name === 'string' ? `${name}.${wordOf(format)}` : undefined;
  const data = url.startsWith('data:') ? { file_data: url } : { file_id: url };
  return { type: 'file', file: { ...data, ...present({ filename, context, citations }) } };
}

function audioPart(audio: Json, field: string): Json {
  const { source, format } = audio;
  const bytes = isObject(source) ? source['bytes'] : undefined;
  if (typeof bytes !== 'string') throw unsupported(field);
  return {
    type: 'input_audio',
    input_audio: { data: bytes, format: stringAt(format, `${field}.format`, 'request') },
  };
}

/** In Anthropic's form, which is the one that chat content has for it. */
const searchResultPart = (result: Json, field: string): Json => ({
  type: 'search_result',
  ...result,
  content: listAt(result['content'], `${field}.content`, 'request')
    .filter(isObject)
    .map(({ text }) => ({ type: 'text', text })),
});

const citedTexts = (cited: Json, field: string): Json[] =>
  listAt(cited['content'] ?? [], `${field}.content`, 'request')
    .filter(isObject)
    .flatMap(({ text }) => (typeof text === 'string' ? [{ type: 'text', text }] : []));

function urlOr(field: string, url: string | undefined): string {
  if (url === undefined) throw unsupported(field);
  return url;
}

const unsupported = (field: string): GatewayError =>
  new GatewayError(
    'unsupported_parameter',
    `Only Bedrock supports what is in '${field}'. Leave it out, or call a model of Bedrock.`,
    { param: field },
  );
