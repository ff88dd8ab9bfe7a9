import type { Json } from '../json/json.js';

/** An Anthropic request as an OpenAI chat request. */
export function messagesToChat(request: Json): Json {
  throw new Error(`in the works ${Object.keys(request).length}`);
}
