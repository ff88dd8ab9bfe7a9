import { GatewayError } from '@tollgate/contracts';
import { wordOf, type Json } from '@tollgate/dialects';
import { isJson } from '../response/parse-payload.js';

/** A prediction as a chat completion. Throws when it failed, or is not done yet. */
export function completionOf(prediction: Json): Json {
  const { id, status, output, model, metrics } = prediction;
  if (status === 'starting' || status === 'processing')
    throw new GatewayError('upstream_timeout', 'The prediction was not done when Replicate stopped waiting');
  if (status !== 'succeeded')
    throw new GatewayError('upstream_error', `The prediction ended as ${wordOf(status)}`);
  const text = Array.isArray(output) ? output.join('') : output;
  if (typeof text !== 'string')
    throw new GatewayError('upstream_invalid_response', "The provider's answer has a bad 'output'");
  const message = { role: 'assistant', content: text };
  return {
    ...{ id, object: 'chat.completion', created: createdOf(prediction), model },
    choices: [{ index: 0, message, logprobs: null, finish_reason: 'stop' }],
    ...usageOf(metrics),
  };
}

const createdOf = ({ created_at: at }: Json): number =>
  Math.floor((typeof at === 'string' ? Date.parse(at) || 0 : 0) / 1_000);

/** Of language models alone; others are billed by the second. */
function usageOf(metrics: unknown): Json {
  const input = isJson(metrics) ? metrics['input_token_count'] : undefined;
  const output = isJson(metrics) ? metrics['output_token_count'] : undefined;
  if (typeof input !== 'number' || typeof output !== 'number') return {};
  return { usage: { prompt_tokens: input, completion_tokens: output, total_tokens: input + output } };
}
