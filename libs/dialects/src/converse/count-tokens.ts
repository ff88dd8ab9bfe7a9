import type { Codec } from '../codec/codec.js';
import { NO_FACTS } from '../codec/no-facts.js';
import { numberAt } from '../json/json.js';

/** Bedrock's counts of tokens, of a request as Claude is invoked with. */
export const bedrockCountTokens: Codec = {
  dialect: 'bedrock-count-tokens',
  back: {
    fromCanonical: ({ model: _model, stream: _stream, ...request }) => {
      // The bound is required, and does not count.
      const invoked = { ...request, anthropic_version: 'bedrock-2023-05-31', max_tokens: 1 };
      const body = Buffer.from(JSON.stringify(invoked)).toString('base64');
      return { body: { input: { invokeModel: { body } } }, dropped: [] };
    },
    toCanonical: (answer) => ({
      input_tokens: numberAt(answer['inputTokens'], 'inputTokens', 'answer'),
    }),
    facts: () => NO_FACTS,
  },
};
