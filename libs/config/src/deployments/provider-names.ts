import { nearest } from '../nearest.js';

/** LiteLLM's provider prefixes, and our `demo` and `pass_through`. */
const PROVIDERS = new Set(
  `openai azure azure_ai azure_text anthropic anthropic_text bedrock bedrock_converse sagemaker sagemaker_chat vertex_ai
  vertex_ai_beta gemini palm ollama ollama_chat cohere cohere_chat mistral codestral text-completion-codestral groq
  together_ai fireworks_ai openrouter deepseek xai perplexity cerebras sambanova deepinfra nvidia_nim
  cloudflare databricks snowflake watsonx watsonx_text huggingface replicate ai21 ai21_chat nlp_cloud aleph_alpha
  baseten friendliai galadriel meta_llama llamafile lm_studio hosted_vllm vllm infinity custom_openai openai_like
  text-completion-openai litellm_proxy github github_copilot voyage jina_ai nebius novita hyperbolic
  moonshot minimax zai volcengine dashscope modelscope featherless_ai nscale ovhcloud oci v0 vercel_ai_gateway
  morph lambda_ai inception heroku cometapi wandb aiml gradient_ai xinference predibase petals triton
  empower clarifai elevenlabs deepgram assemblyai aws_polly stability black_forest_labs fal_ai runwayml recraft
  topaz bytez chatgpt compactifai datarobot docker_model_runner dotprompt gigachat helicone langgraph
  lemonade linkup manus milvus nanogpt parallel_ai perplexity_ai pg_vector poe publicai ragflow searxng
  sap synthetic xiaomi_mimo amazon_nova abliteration apertis chutes sarvam stepfun custom a2a
  auto_router complexity_router auto lm_studio_chat maritalk anyscale bedrock_mantle vertex demo pass_through
  aihubmix atlas_cloud avian byteplus charity_engine cortecs crusoe eurouter gmi llamagate nano-gpt oobabooga
  scaleway veniceai`.split(/\s+/),
);

const INFERENCE: readonly [RegExp, string][] = [
  [/^(gpt-|o1|o3|o4|chatgpt-|text-embedding-3|text-embedding-ada|dall-e|whisper-1|tts-1)/, 'openai'],
  [/^claude-/, 'anthropic'],
  [/^gemini-/, 'gemini'],
  [/^command-/, 'cohere'],
];

const lettersOf = (name: string): string => name.replace(/[-_]/g, '');

export const isKnownProvider = (name: string): boolean => PROVIDERS.has(name);

export const providerNames = (): readonly string[] => [...PROVIDERS];

/** Where a deployment's model is served, or why that cannot be told. A warning may come with either. */
export interface ModelTarget {
  readonly provider: string;
  readonly model: string;
  readonly warning?: string;
}

/**
 * Splits `provider/model`. `*` alone is any provider: provider and model are both `*`, and the caller's name says the rest.
 * A name without a known prefix is inferred, else taken for OpenAI's dialect when it has a URL.
 */
export function parseModel(name: string, hasApiBase: boolean): ModelTarget | { readonly problem: string } {
  if (name === '*') return { provider: '*', model: '*' };
  const slash = name.indexOf('/');
  const prefix = slash === -1 ? '' : name.slice(0, slash);
  const model = name.slice(slash + 1);
  if (model === '') return { problem: `expected provider/model, got ${JSON.stringify(name)}` };
  if (PROVIDERS.has(prefix)) return { provider: prefix, model };
  const inferred = slash === -1 ? INFERENCE.find(([pattern]) => pattern.test(model)) : undefined;
  if (inferred) return { provider: inferred[1], model };
  const meant = prefix === '' ? null : nearest(prefix, PROVIDERS);
  // NOTE meta-llama/… is a Hugging Face folder as often as the provider meta_llama: with a URL it is taken for the former.
  const spelling = meant !== null && lettersOf(meant) === lettersOf(prefix);
  if (meant !== null && !(hasApiBase && spelling))
    return { problem: `unknown provider ${prefix}; did you mean ${meant}?` };
  if (hasApiBase) {
    return {
      provider: 'openai',
      model: name,
      warning: `has no known provider; openai/${name} is assumed from api_base`,
    };
  }
  if (prefix === '') {
    return { problem: `the provider of ${name} cannot be told from its name; write it as provider/${name}` };
  }
  return { provider: prefix, model, warning: `has a provider that is not known here: ${prefix}` };
}

/** Providers whose own API has a path of its own at the gateway. */
export const NATIVE_PROVIDERS: readonly string[] = [
  ...['openai', 'azure', 'anthropic', 'gemini', 'vertex_ai', 'bedrock', 'cohere', 'mistral', 'hosted_vllm'],
];
