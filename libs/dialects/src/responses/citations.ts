import { isObject, type Json } from '../json/json.js';
import { countOf } from '../usage/count.js';

/** The URL citations of a text part as chat annotations; `start` is the part's place in the whole content. */
export function chatAnnotationsOf(annotations: unknown, start: number): Json[] {
  const list: readonly unknown[] = Array.isArray(annotations) ? annotations : [];
  return list.flatMap((annotation) => {
    // Citations of files point into the provider's own store: nobody else can follow them.
    if (!isObject(annotation) || typeof annotation['url'] !== 'string') return [];
    const { url, title } = annotation;
    const from = countOf(annotation['start_index']) ?? 0;
    const citation = {
      url,
      title: typeof title === 'string' ? title : '',
      start_index: start + from,
      end_index: start + (countOf(annotation['end_index']) ?? from),
    };
    return [{ type: 'url_citation', url_citation: citation }];
  });
}

/** Chat annotations as those of a response's text part. */
export function textAnnotationsOf(annotations: unknown): Json[] {
  const list: readonly unknown[] = Array.isArray(annotations) ? annotations : [];
  return list.flatMap((annotation) => {
    const citation = isObject(annotation) ? annotation['url_citation'] : undefined;
    if (!isObject(citation)) return [];
    const { url, title, start_index: start, end_index: end } = citation;
    return [{ type: 'url_citation', url, title: title ?? '', start_index: start ?? 0, end_index: end ?? 0 }];
  });
}
