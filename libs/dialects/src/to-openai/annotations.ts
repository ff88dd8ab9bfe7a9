import { isObject, type Json } from '../json/json.js';

/** OpenAI's URL annotations for the citations of one text; `start` and `length` are the text's place in the whole content. */
export function annotationsOf(citations: unknown, start: number, length: number): Json[] {
  if (!Array.isArray(citations)) return [];
  return citations.flatMap((citation: unknown) => {
    if (!isObject(citation) || typeof citation['url'] !== 'string') return [];
    return [
      {
        type: 'url_citation',
        url_citation: {
          url: citation['url'],
          title: typeof citation['title'] === 'string' ? citation['title'] : '',
          start_index: start,
          end_index: start + length,
        },
      },
    ];
  });
}
