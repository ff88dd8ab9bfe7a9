import { isObject, objectAt, type Json } from '../json/json.js';
import { present } from '../json/present.js';
import { formatOfName, mediaOf } from './media.js';

const DEFAULT_NAME = 'document';

/** Converse wants documents named, each otherwise, in few characters. */
export class DocumentNames {
  private readonly given = new Set<string>();

  nameFor(title: string): string {
    const name = title
      .replaceAll(/[^\p{L}\p{N}\s()[\]-]/gu, '-')
      .replaceAll(/\s+/g, ' ')
      .trim();
    const own = name === '' ? DEFAULT_NAME : name;
    let unique = own;
    for (let count = 2; this.given.has(unique); count += 1) unique = `${own} ${count}`;
    this.given.add(unique);
    return unique;
  }
}

/** Converse's document of an Anthropic block; undefined for one that is not sent along. */
export function documentOf(block: Json, names: DocumentNames): Json | undefined {
  const media = mediaOf(objectAt(block['source'], 'document.source', 'request'), 'document.source');
  if (media === undefined) return undefined;
  const title = typeof block['title'] === 'string' ? block['title'] : '';
  // The ending tells more than the media type, which is the same for all kinds of text.
  const format = formatOfName(title) ?? media['format'];
  return present({
    format,
    name: names.nameFor(title.replace(/\.[a-z0-9]{2,5}$/i, '')),
    source: media['source'],
    context: typeof block['context'] === 'string' ? block['context'] : undefined,
    citations: isObject(block['citations']) ? block['citations'] : undefined,
  });
}
