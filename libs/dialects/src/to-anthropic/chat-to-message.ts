import type { Json } from '../json/json.js';

/** An OpenAI chat answer as an Anthropic message. */
export function chatToMessage(response: Json): Json {
  throw new Error(`in the works ${Object.keys(response).length}`);
}
