import { NO_USAGE, type Usage } from '@tollgate/contracts';
import { isObject } from '../json/json.js';
import { countOf, fieldOf, firstCount } from './count.js';
import { remainder } from './remainder.js';

/**
 * Disjoint counts from Gemini's `usageMetadata`, whose prompt includes what was cached, but neither what its tools put into the
 * prompt nor its thoughts in the answer. Null when it holds no count of tokens; never throws.
 */
export function usageOfGemini(raw: unknown): Usage | null {
  if (!isObject(raw)) return null;
  const prompt = countOf(raw['promptTokenCount']);
  const answer = countOf(raw['candidatesTokenCount']);
  if (prompt === undefined && answer === undefined) return null;
  const toolPrompt = firstCount(raw['toolUsePromptTokenCount']);
  const cached = (modality: string): number => ofModality(raw['cacheTokensDetails'], modality);
  const asked = (modality: string): number =>
    ofModality(raw['promptTokensDetails'], modality) +
    ofModality(raw['toolUsePromptTokensDetails'], modality);
  const ofPrompt = remainder((prompt ?? 0) + toolPrompt);
  const cacheRead = ofPrompt(firstCount(raw['cachedContentTokenCount']));
  const audioInput = ofPrompt(Math.max(0, asked('AUDIO') - cached('AUDIO')));
  const imageInput = ofPrompt(Math.max(0, asked('IMAGE') - cached('IMAGE')));
  const ofAnswer = remainder(answer ?? 0);
  const audioOutput = ofAnswer(ofModality(raw['candidatesTokensDetails'], 'AUDIO'));
  const imageOutput = ofAnswer(ofModality(raw['candidatesTokensDetails'], 'IMAGE'));
  return {
    ...NO_USAGE,
    ...{ input: ofPrompt(Infinity), cacheRead, audioInput, imageInput },
    ...{ output: ofAnswer(Infinity), reasoning: firstCount(raw['thoughtsTokenCount']) },
    ...{ audioOutput, imageOutput },
  };
}

/** Of `[{ modality, tokenCount }]`. */
function ofModality(details: unknown, modality: string): number {
  const parts: readonly unknown[] = Array.isArray(details) ? details : [];
  return parts.reduce<number>(
    (sum, part) =>
      fieldOf(part, 'modality') === modality ? sum + firstCount(fieldOf(part, 'tokenCount')) : sum,
    0,
  );
}
