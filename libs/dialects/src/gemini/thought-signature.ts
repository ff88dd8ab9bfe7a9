import { isObject, type Json } from '../json/json.js';

/** Signatures are good for the vendor that made them alone, so that a conversation that changes vendors must tell them apart. */
const MARK = 'gemini:';

/** Begins the thinking of another vendor where a Gemini client keeps signatures. */
const FOREIGN_MARK = 'tollgate-thinking:';

/** What Google's API takes for a signature that there is not, as for calls that another model made. */
export const NO_SIGNATURE = 'skip_thought_signature_validator';

/** A thought signature as the signature of a thinking block. */
export const markedSignature = (signature: string): string => MARK + signature;

/** The thought signature of a thinking block; undefined: the block has none, or another vendor's. */
export const thoughtSignatureOf = ({ signature }: Json): string | undefined =>
  isGeminiSignature(signature) ? signature.slice(MARK.length) : undefined;

export const isGeminiSignature = (signature: unknown): signature is string =>
  typeof signature === 'string' && signature.startsWith(MARK);

/** The thought signature that stands with a tool call itself. */
export function callSignatureOf({ provider_specific_fields: fields }: Json): string | undefined {
  const signature = isObject(fields) ? fields['thought_signature'] : undefined;
  return typeof signature === 'string' ? signature : undefined;
}

/** Thinking blocks as the one signature that a Gemini client sends back; it must look like base64. */
export const sealedThinking = (blocks: readonly Json[]): string =>
  Buffer.from(FOREIGN_MARK + JSON.stringify(blocks)).toString('base64');

/** What `sealedThinking` sealed; null for a signature of Gemini's own. */
export function unsealedThinking(signature: string): Json[] | null {
  const text = Buffer.from(signature, 'base64').toString('utf8');
  if (!text.startsWith(FOREIGN_MARK)) return null;
  try {
    const blocks: unknown = JSON.parse(text.slice(FOREIGN_MARK.length));
    return Array.isArray(blocks) ? blocks.filter(isObject) : null;
  } catch {
    return null;
  }
}
