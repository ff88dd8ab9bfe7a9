import { GatewayError } from '@tollgate/contracts';
import { requestPreview } from '@tollgate/providers';
import type { DeploymentTarget } from '../deployments.js';

const TOOL = { type: 'function', function: { name: 'f', parameters: { type: 'object', properties: {} } } };

/** OpenAI's parameters of chat, each with a value that means something. */
const SAMPLES: Readonly<Record<string, unknown>> = {
  audio: { voice: 'alloy', format: 'wav' },
  frequency_penalty: 0.5,
  function_call: 'auto',
  functions: [TOOL.function],
  logit_bias: { '50256': -100 },
  logprobs: true,
  max_completion_tokens: 16,
  max_tokens: 16,
  modalities: ['text'],
  n: 2,
  parallel_tool_calls: false,
  prediction: { type: 'content', content: 'a' },
  presence_penalty: 0.5,
  reasoning_effort: 'low',
  response_format: { type: 'json_object' },
  seed: 1,
  service_tier: 'auto',
  stop: ['.'],
  stream: true,
  stream_options: { include_usage: true },
  temperature: 0.5,
  tool_choice: 'auto',
  tools: [TOOL],
  top_logprobs: 1,
  top_p: 0.5,
  user: 'u',
  web_search_options: {},
};

/** What some parameters are nothing without. */
const BESIDE: Readonly<Record<string, object>> = {
  function_call: { functions: SAMPLES['functions'] },
  parallel_tool_calls: { tools: SAMPLES['tools'] },
  stream_options: { stream: true },
  tool_choice: { tools: SAMPLES['tools'] },
  top_logprobs: { logprobs: true },
};

/** The parameters that the translation for a deployment does not refuse: asked one by one, so that no list can be out of date. */
export function parametersOf({ connection, deployment }: DeploymentTarget, upstreamModel: string): string[] {
  const takes = (name: string): boolean => {
    const fields = { ...BESIDE[name], [name]: SAMPLES[name] };
    const body = { model: upstreamModel, messages: [{ role: 'user', content: 'Hi' }], ...fields };
    try {
      requestPreview(connection, {
        ...{ attemptId: 'preview', dialect: 'openai-chat', model: upstreamModel, upstreamModel },
        ...{ stream: name === 'stream', includeUsage: true, headers: {} },
        options: { ...deployment, dropParams: false },
        body: Buffer.from(JSON.stringify(body)),
      });
      return true;
    } catch (cause) {
      if (cause instanceof GatewayError && REFUSALS.has(cause.code)) return false;
      throw cause;
    }
  };
  return Object.keys(SAMPLES).filter(takes);
}

const REFUSALS: ReadonlySet<string> = new Set(['unsupported_parameter', 'invalid_request']);
