import { dataOfUrl } from '../../data-url.js';
import { isObject, type Json } from '../../json/json.js';
import { isGeminiSignature, sealedThinking, thoughtSignatureOf } from '../thought-signature.js';

/** What is said before the calls: thoughts, where the caller wants them shown, then text, images and sound. */
export function spokenParts(message: Json, text: string, reasoning: string | undefined): Json[] {
  return [
    ...(reasoning === undefined || reasoning === '' ? [] : [{ text: reasoning, thought: true }]),
    ...(text === '' ? [] : [{ text }]),
    ...imageParts(message['images']),
    ...audioParts(message['audio']),
  ];
}

const imageParts = (images: unknown): Json[] =>
  (Array.isArray(images) ? images : []).flatMap((image: unknown): Json[] => {
    const link = isObject(image) ? image['image_url'] : undefined;
    const url = isObject(link) ? link['url'] : link;
    const inline = typeof url === 'string' ? dataOfUrl(url) : null;
    if (inline !== null) return [{ inlineData: { mimeType: inline.mediaType, data: inline.data } }];
    return typeof url === 'string' ? [{ fileData: { mimeType: 'image/png', fileUri: url } }] : [];
  });

const audioParts = (audio: unknown): Json[] =>
  isObject(audio) && typeof audio['data'] === 'string'
    ? [{ inlineData: { mimeType: 'audio/wav', data: audio['data'] } }]
    : [];

/** A part for a call; arguments that are no JSON object are none. */
export const callPart = (id: string, name: string, json: string, signature: string | undefined): Json => ({
  functionCall: { id, name, args: argumentsOf(json) },
  ...(signature !== undefined && { thoughtSignature: signature }),
});

function argumentsOf(json: string): Json {
  try {
    const value: unknown = JSON.parse(json);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

/**
 * The one signature that stands for all thinking of an answer, which a Gemini client sends back with the part that it came with:
 * Gemini's own as it is, another vendor's blocks sealed. Undefined where nothing is signed.
 */
export function signatureOfThinking(thinkingBlocks: unknown): string | undefined {
  const blocks: Json[] = Array.isArray(thinkingBlocks) ? thinkingBlocks.filter(isObject) : [];
  const signed = blocks.filter(
    ({ type, signature }) => type === 'redacted_thinking' || (signature ?? '') !== '',
  );
  if (signed.length === 0) return undefined;
  const last = signed.at(-1) ?? {};
  return isGeminiSignature(last['signature']) ? thoughtSignatureOf(last) : sealedThinking(signed);
}

/** With the signature on the first call, else on the last part. */
export function signedParts(
  spoken: readonly Json[],
  calls: readonly Json[],
  signature: string | undefined,
): Json[] {
  const [first, ...others] = calls;
  if (signature === undefined || first?.['thoughtSignature'] !== undefined) return [...spoken, ...calls];
  if (first !== undefined) return [...spoken, { ...first, thoughtSignature: signature }, ...others];
  return [...spoken.slice(0, -1), { ...(spoken.at(-1) ?? { text: '' }), thoughtSignature: signature }];
}
