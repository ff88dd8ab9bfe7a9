import { fingerprintOf } from './fingerprint.js';
import { text } from './json.js';
import { tokensOf, type PlainEndpoint } from './plain-endpoint.js';

/** One pixel. */
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII=';
const TOKENS_OF_IMAGE = 16;

/** OpenAI's images, made, edited or varied. What was understood of the prompt names the image that came with it. */
export const images: PlainEndpoint = (asked) => {
  const prompt = text(asked['prompt']);
  const seen = asked['image'] ?? asked['image[]'];
  const name = Buffer.isBuffer(seen) ? fingerprintOf(seen) : '';
  if (prompt === '' && name === '') throw new TypeError('prompt: a text is required');
  const count = Number(asked['n'] ?? 1);
  const one =
    asked['response_format'] === 'url' ? { url: 'https://lab.invalid/pixel.png' } : { b64_json: PNG };
  const revised = `${prompt}${name === '' ? '' : ` I see ${name}.`}`;
  const promptTokens = tokensOf([prompt]);
  const completionTokens = count * TOKENS_OF_IMAGE;
  const usage = {
    input_tokens: promptTokens,
    input_tokens_details: { text_tokens: promptTokens, image_tokens: 0 },
    output_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
  };
  const body = {
    created: Math.floor(Date.now() / 1000),
    data: Array.from({ length: count }, () => ({ ...one, revised_prompt: revised })),
  };
  return (step) => ({
    body: { ...body, ...(step.noUsage !== true && { usage }) },
    ...{ promptTokens, completionTokens },
  });
};
