import { isObject, objectAt, optionalList, stringAt, type Json } from '../../json/json.js';
import { madeCallId } from '../call-ids.js';
import { finishReasonOfGemini, silenceOf } from '../finish-words.js';
import { annotationsOfGrounding } from '../grounding.js';
import { markedSignature } from '../thought-signature.js';
import { CallParts, type WholeCall } from './call-parts.js';

/** Turns what comes of one candidate, whole or piece by piece, into the deltas of chat chunks. */
export class CandidateReader {
  private readonly callParts = new CallParts();
  private text = '';
  private calls = 0;
  private hasMedia = false;
  private grounding: unknown = undefined;

  /** `place` tells the candidate from others, in the ids of its calls. */
  constructor(private readonly place: () => string) {}

  /** The deltas of a candidate's content. */
  read(candidate: Json, field: string): Json[] {
    this.grounding = candidate['groundingMetadata'] ?? this.grounding;
    // NOTE a candidate that was stopped may have no content, or one without parts.
    const content = objectAt(candidate['content'] ?? {}, `${field}.content`, 'answer');
    const parts = optionalList(content['parts'], `${field}.content.parts`, 'answer');
    return parts.flatMap((part, index) => {
      const at = `${field}.content.parts[${index}]`;
      return this.part(objectAt(part, at, 'answer'), at);
    });
  }

  /** What waited for the end: a call that never ended, where the answer was looked up, why there is none. */
  end(reason: unknown, message: unknown): { readonly deltas: Json[]; readonly finishReason: string } {
    const deltas = this.callParts.end().flatMap((call) => this.call(call));
    const annotations = annotationsOfGrounding(this.grounding, this.text);
    if (annotations.length > 0) deltas.push({ annotations });
    const isSilent = this.text === '' && this.calls === 0 && !this.hasMedia;
    const silence = isSilent ? silenceOf(reason, message) : null;
    if (silence !== null) deltas.push({ refusal: silence });
    return { deltas, finishReason: finishReasonOfGemini(reason, this.calls > 0) };
  }

  private part(part: Json, field: string): Json[] {
    const signature = typeof part['thoughtSignature'] === 'string' ? part['thoughtSignature'] : undefined;
    if (part['functionCall'] !== undefined) {
      const call = objectAt(part['functionCall'], `${field}.functionCall`, 'answer');
      return this.callParts.push(call, signature).flatMap((whole) => this.call(whole));
    }
    if (part['text'] !== undefined) return this.texts(part, field, signature);
    // The code that Gemini ran and its other tools of its own have no place in a chat answer.
    return isObject(part['inlineData']) ? this.media(part['inlineData']) : [];
  }

  private texts(part: Json, field: string, signature: string | undefined): Json[] {
    const text = stringAt(part['text'], `${field}.text`, 'answer');
    const isThought = part['thought'] === true;
    const told = isThought ? thought(text) : this.content(text);
    return signature === undefined ? told : [...told, signatureDelta(signature)];
  }

  private content(text: string): Json[] {
    this.text += text;
    return text === '' ? [] : [{ content: text }];
  }

  private media({ mimeType, data }: Json): Json[] {
    if (typeof mimeType !== 'string' || typeof data !== 'string') return [];
    this.hasMedia = true;
    if (mimeType.startsWith('audio/'))
      return [{ audio: { id: this.place(), data, transcript: '', expires_at: 0 } }];
    return [{ images: [{ type: 'image_url', image_url: { url: `data:${mimeType};base64,${data}` } }] }];
  }

  /** The first call's signature is told with the thinking too: some clients send nothing else back. */
  private call({ id, name, args, signature }: WholeCall): Json[] {
    const index = this.calls;
    this.calls += 1;
    const call = {
      index,
      id: id ?? madeCallId(`${this.place()}_${index}`),
      type: 'function',
      function: { name, arguments: JSON.stringify(args) },
      ...(signature !== undefined && { provider_specific_fields: { thought_signature: signature } }),
    };
    const thinking = signature !== undefined && index === 0 ? [signatureDelta(signature)] : [];
    return [...thinking, { tool_calls: [call] }];
  }
}

const thought = (text: string): Json[] =>
  text === ''
    ? []
    : [{ reasoning_content: text, thinking_blocks: [{ type: 'thinking', thinking: text, signature: '' }] }];

const signatureDelta = (signature: string): Json => ({
  thinking_blocks: [{ type: 'thinking', thinking: '', signature: markedSignature(signature) }],
});
