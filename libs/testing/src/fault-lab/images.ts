import { fingerprintOf } from './fingerprint.js';
import { list, record, text, type Json } from './json.js';

/** The images of a message by their fingerprints, or by their URLs where the provider is to fetch them. */
export const imagesOf = (message: Json): string[] => [
  ...partsOf(message['content'])
    .map(sourceOf)
    .filter((source) => source !== '')
    .map(nameOf),
  // Ollama's are beside the text.
  ...list(message['images']).map((data) => nameOf(text(data))),
];

/** Parts, and those within results of tools. */
const partsOf = (content: unknown): Json[] =>
  list(content)
    .map(record)
    .flatMap((part) => [part, ...partsOf(part['content'])]);

function sourceOf(part: Json): string {
  const { url, data } = record(part['source']);
  const linked = part['image_url'];
  return text(linked) || text(record(linked)['url']) || text(url) || text(data);
}

function nameOf(source: string): string {
  if (/^https?:/.test(source)) return source;
  const data = source.slice(source.indexOf(',') + 1);
  return fingerprintOf(Buffer.from(data, 'base64'));
}
