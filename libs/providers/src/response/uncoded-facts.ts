import { usageOfChat, type AnswerFacts, type Json } from '@tollgate/dialects';
import { isJson } from './parse-payload.js';

/** Dialects that are passed on without a codec (images, speech, transcriptions) are OpenAI's: they count as it does, where they count. */
export const factsOfUncoded = ({ usage }: Json): AnswerFacts => ({
  usage: usageOfChat(usage),
  rawUsage: isJson(usage) ? usage : null,
  ...{ serviceTier: null, responseId: null },
});
