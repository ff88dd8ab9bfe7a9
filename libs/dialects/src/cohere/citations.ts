import { isObject, type Json } from '../json/json.js';

/**
 * What a chat message has of Cohere's citations: the citations themselves, as only Cohere's own form holds them whole, and
 * annotations of those whose source has a URL. Nothing where there are none.
 */
export function citedFields(citations: readonly unknown[]): Json {
  const known = citations.filter(isObject);
  if (known.length === 0) return {};
  const annotations = known.flatMap(annotationsOf);
  return {
    ...(annotations.length > 0 && { annotations }),
    provider_specific_fields: { citations: known },
  };
}

function annotationsOf({ start, end, sources }: Json): Json[] {
  const found: readonly unknown[] = Array.isArray(sources) ? sources : [];
  return found.flatMap((source) => {
    const document = isObject(source) ? (source['document'] ?? source['tool_output']) : undefined;
    if (!isObject(document) || typeof document['url'] !== 'string') return [];
    const title = typeof document['title'] === 'string' ? document['title'] : '';
    return [
      {
        type: 'url_citation',
        url_citation: { url: document['url'], title, start_index: start, end_index: end },
      },
    ];
  });
}

/** Citations in Cohere's form from a chat message or a delta of one; `text` is what the annotations point into. */
export function citationsOf(message: Json, text: string): Json[] {
  const own = isObject(message['provider_specific_fields'])
    ? message['provider_specific_fields']['citations']
    : undefined;
  if (Array.isArray(own)) return own.filter(isObject).filter(({ start }) => typeof start === 'number');
  const annotations: readonly unknown[] = Array.isArray(message['annotations']) ? message['annotations'] : [];
  return annotations.flatMap((annotation) => {
    const citation = isObject(annotation) ? annotation['url_citation'] : undefined;
    return isObject(citation) ? [citationOf(citation, text)] : [];
  });
}

function citationOf({ url, title, start_index: from, end_index: to }: Json, text: string): Json {
  const start = typeof from === 'number' ? from : 0;
  const end = typeof to === 'number' ? to : text.length;
  return {
    start,
    end,
    text: text.slice(start, end),
    sources: [{ type: 'document', id: url, document: { id: url, url, title } }],
    type: 'TEXT_CONTENT',
  };
}
