import { isObject, wordOf, type Json } from '../json/json.js';
import { firstCount } from '../usage/count.js';

const listOf = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isObject) : []);

/** OpenAI's URL annotations of what Gemini found; `text` is the whole answer. Gemini counts bytes where OpenAI counts characters. */
export function annotationsOfGrounding(grounding: unknown, text: string): Json[] {
  if (!isObject(grounding)) return [];
  const sources = (Array.isArray(grounding['groundingChunks']) ? grounding['groundingChunks'] : []).map(
    sourceOf,
  );
  const bytes = Buffer.from(text);
  const characters = (end: unknown): number => bytes.subarray(0, firstCount(end)).toString('utf8').length;
  const annotations = listOf(grounding['groundingSupports']).flatMap((support) => {
    const segment = isObject(support['segment']) ? support['segment'] : {};
    const places: unknown[] = Array.isArray(support['groundingChunkIndices'])
      ? support['groundingChunkIndices']
      : [];
    return places.flatMap((place) => {
      const source = typeof place === 'number' ? sources[place] : undefined;
      if (source === undefined || source === null) return [];
      const range = {
        start_index: characters(segment['startIndex']),
        end_index: characters(segment['endIndex']),
      };
      return [{ type: 'url_citation', url_citation: { ...source, ...range } }];
    });
  });
  if (annotations.length > 0) return annotations;
  // Sources that no part of the text is told of are told of the whole.
  return sources.filter(isObject).map((source) => ({
    type: 'url_citation',
    url_citation: { ...source, start_index: 0, end_index: text.length },
  }));
}

/** URL and title, whether of the web, a map or a document; null for a source without a URL. */
function sourceOf(chunk: unknown): Json | null {
  const source = isObject(chunk) ? Object.values(chunk).find(isObject) : undefined;
  if (source === undefined || typeof source['uri'] !== 'string') return null;
  return { url: source['uri'], title: typeof source['title'] === 'string' ? source['title'] : '' };
}

/** Gemini's `groundingMetadata` of OpenAI's annotations; undefined where there are none. */
export function groundingOf(annotations: unknown, text: string): Json | undefined {
  const citations = listOf(annotations)
    .map((each) => each['url_citation'])
    .filter(isObject);
  if (citations.length === 0) return undefined;
  const bytesTo = (end: unknown): number => Buffer.byteLength(text.slice(0, firstCount(end)));
  return {
    groundingChunks: citations.map(({ url, title }) => ({ web: { uri: url, title } })),
    groundingSupports: citations.map(({ start_index: start, end_index: end }, index) => ({
      segment: {
        startIndex: bytesTo(start),
        endIndex: bytesTo(end),
        text: text.slice(firstCount(start), firstCount(end)),
      },
      groundingChunkIndices: [index],
    })),
  };
}

/** Searches that are billed: up to Gemini 2.5 an answer that was looked up, since then each search. */
export function searchesOf(grounding: unknown, model: unknown): number {
  const queries: unknown = isObject(grounding) ? grounding['webSearchQueries'] : undefined;
  const count = Array.isArray(queries) ? queries.length : 0;
  return /gemini-(?:1|2)/.test(wordOf(model)) ? Math.min(count, 1) : count;
}
