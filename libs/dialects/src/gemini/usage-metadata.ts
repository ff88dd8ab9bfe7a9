import { promptTokens, type Usage } from '@tollgate/contracts';
import type { Json } from '../json/json.js';

/** Gemini's `usageMetadata`: cached tokens are in the prompt, thoughts are beside the answer. */
export function usageMetadataOf(usage: Usage): Json {
  const prompt = promptTokens(usage);
  const answer = usage.output + usage.audioOutput + usage.imageOutput;
  return {
    promptTokenCount: prompt,
    candidatesTokenCount: answer,
    totalTokenCount: prompt + answer + usage.reasoning,
    ...(usage.cacheRead > 0 && { cachedContentTokenCount: usage.cacheRead }),
    ...(usage.reasoning > 0 && { thoughtsTokenCount: usage.reasoning }),
    promptTokensDetails: detailsOf(
      prompt - usage.audioInput - usage.imageInput,
      usage.audioInput,
      usage.imageInput,
    ),
    candidatesTokensDetails: detailsOf(usage.output, usage.audioOutput, usage.imageOutput),
  };
}

const detailsOf = (text: number, audio: number, image: number): Json[] =>
  [
    { modality: 'TEXT', tokenCount: text },
    { modality: 'AUDIO', tokenCount: audio },
    { modality: 'IMAGE', tokenCount: image },
  ].filter(({ tokenCount }) => tokenCount > 0);
