import { NO_USAGE, type Usage } from '@tollgate/contracts';
import { isObject } from '../json/json.js';
import { countOf, fieldOf, firstCount } from './count.js';
import { remainder } from './remainder.js';

/**
 * Disjoint counts from the usage of a response of a realtime session, or of a transcript that was made in one. Null when it holds
 * no count of tokens; never throws.
 */
export function usageOfRealtime(raw: unknown): Usage | null {
  if (!isObject(raw)) return null;
  const prompt = countOf(raw['input_tokens']);
  const completion = countOf(raw['output_tokens']);
  if (prompt === undefined && completion === undefined) return null;
  const output = remainder(completion ?? 0);
  const details = raw['output_token_details'];
  const audioOutput = output(firstCount(fieldOf(details, 'audio_tokens')));
  const imageOutput = output(firstCount(fieldOf(details, 'image_tokens')));
  const reasoning = output(firstCount(fieldOf(details, 'reasoning_tokens')));
  return {
    ...NO_USAGE,
    ...promptParts(raw['input_token_details'], prompt ?? 0),
    ...{ reasoning, audioOutput, imageOutput, output: output(Infinity) },
  };
}

/** NOTE each kind of the prompt includes what of it was cached, which is told apart in details of its own. */
function promptParts(
  details: unknown,
  prompt: number,
): Pick<Usage, 'input' | 'cacheRead' | 'audioInput' | 'imageInput'> {
  const cached = fieldOf(details, 'cached_tokens_details');
  const uncached = (kind: string): number =>
    Math.max(0, firstCount(fieldOf(details, kind)) - firstCount(fieldOf(cached, kind)));
  const takeFrom = remainder(prompt);
  const cacheRead = takeFrom(firstCount(fieldOf(details, 'cached_tokens')));
  const audioInput = takeFrom(uncached('audio_tokens'));
  const imageInput = takeFrom(uncached('image_tokens'));
  return { cacheRead, audioInput, imageInput, input: takeFrom(Infinity) };
}
