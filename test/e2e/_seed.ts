import type { FaultLab } from '@tollgate/testing';

export const MASTER_KEY = 'sk-master-0123456789abcdef';

/** The seed config of the README, its providers played by the fault lab. */
export const seedConfig = (lab: FaultLab): string => `
model_list:
  - model_name: chat-default
    litellm_params: { model: openai/gpt-4o-mini, api_base: ${lab.url}/v1, api_key: os.environ/LAB_KEY }
  - model_name: chat-quality
    litellm_params: { model: anthropic/claude-3-5-sonnet-latest, api_base: ${lab.url}, api_key: os.environ/LAB_KEY }
  - model_name: chat-local
    litellm_params: { model: ollama/llama3.1, api_base: ${lab.url} }
  - model_name: chat-azure
    litellm_params: { model: azure/eu, api_base: ${lab.url}, api_key: os.environ/LAB_KEY, api_version: "2024-10-21", weight: 9 }
  - model_name: chat-azure
    litellm_params: { model: azure/us, api_base: ${lab.url}, api_key: os.environ/LAB_KEY, api_version: "2024-10-21", weight: 1 }
  - model_name: chat-strict
    litellm_params: { model: openai/strict, api_base: ${lab.url}/v1, api_key: os.environ/LAB_KEY }
router_settings:
  num_retries: 0
  timeout: 60
  stream_timeout: 30
  fallbacks: [{ chat-default: [chat-quality] }]
`;

export const SEED_VARIABLES = { LAB_KEY: 'sk-upstream-secret-do-not-leak', LITELLM_MASTER_KEY: MASTER_KEY };

export const json = { 'content-type': 'application/json' };

/** Polls until `read` gives what `accept` likes; fails with the last value after `withinMs`. */
export async function eventually<Value>(
  read: () => Promise<Value>,
  accept: (value: Value) => boolean,
  withinMs = 10_000,
): Promise<Value> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const value = await read();
    if (accept(value)) return value;
    if (Date.now() > deadline) throw new Error(`not within ${withinMs} ms; last: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
