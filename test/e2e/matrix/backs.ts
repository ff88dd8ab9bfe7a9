import type { FaultLab } from '@tollgate/testing';

/** A provider, played by the fault lab. */
export interface Back {
  readonly name: string;
  /** As LiteLLM's users write it. */
  readonly model: string;
  /** How a request looks that wants little thinking. */
  readonly effort: RegExp;
  /** What the model's thoughts are sealed with, which it wants to see again; absent: they are not. */
  readonly seal?: string;
  readonly params: (lab: FaultLab) => object;
}

const keyed =
  (path = ''): Back['params'] =>
  ({ url }) => ({ api_base: `${url}${path}`, api_key: 'os.environ/LAB_KEY' });

const aws: Back['params'] = ({ url }) => ({
  ...{ aws_bedrock_runtime_endpoint: url, aws_region_name: 'us-east-1' },
  ...{ aws_access_key_id: 'AKIDEXAMPLE', aws_secret_access_key: 'os.environ/LAB_KEY' },
});

/** As the lab writes it. */
const SEAL = 'EqQBCgIYAhIMbGFiLXNpZ25hdHVyZQ==';
const CLAUDE_EFFORT = /"thinking":\{"type":"enabled","budget_tokens":1024\}/;

/** Claude on Bedrock is called in Anthropic's words by who speaks them, and by Converse else; Nova by Converse alone. */
export const BACKS: readonly Back[] = [
  {
    ...{ name: 'OpenAI', model: 'openai/gpt-5-lab', params: keyed('/v1') },
    effort: /"reasoning_effort":"low"|"reasoning":\{"effort":"low"/,
  },
  {
    ...{ name: 'Anthropic', model: 'anthropic/claude-sonnet-4-5', params: keyed() },
    ...{ effort: CLAUDE_EFFORT, seal: SEAL },
  },
  {
    ...{ name: 'Gemini', model: 'gemini/gemini-2.5-pro', params: keyed() },
    ...{ effort: /"thinkingBudget":1024/, seal: SEAL },
  },
  {
    ...{ name: 'Bedrock (Claude)', params: aws, seal: SEAL },
    ...{ model: 'bedrock/us.anthropic.claude-sonnet-4-5-20250929-v1:0', effort: CLAUDE_EFFORT },
  },
  {
    ...{ name: 'Bedrock (Nova)', model: 'bedrock/amazon.nova-2-lite-v1:0', params: aws },
    ...{ effort: /"maxReasoningEffort":"low"/, seal: SEAL },
  },
  {
    ...{ name: 'Cohere', model: 'cohere_chat/command-a-reasoning', params: keyed() },
    effort: /"token_budget":1024/,
  },
  {
    ...{ name: 'Ollama', model: 'ollama_chat/qwen3', params: keyed() },
    // NOTE Ollama has OpenAI's Responses too, and its callers get them.
    effort: /"think":true|"reasoning":\{"effort":"low"/,
  },
];

/** The name that callers ask for. */
export const groupOf = ({ name }: Back): string => `matrix-${name.toLowerCase().replaceAll(/\W+/g, '-')}`;

/** The model's name as the lab sees it. */
export const labModelOf = ({ model }: Back): string => model.slice(model.indexOf('/') + 1);

/** A gateway's config with all of them. */
export const matrixConfig = (lab: FaultLab): object => ({
  model_list: BACKS.map((back) => ({
    model_name: groupOf(back),
    litellm_params: { model: back.model, ...back.params(lab) },
  })),
  router_settings: { num_retries: 0, timeout: 60, stream_timeout: 30 },
});
