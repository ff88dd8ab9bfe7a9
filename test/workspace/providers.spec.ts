import { providerNames } from '@tollgate/config';
import { PROVIDERS } from '@tollgate/providers';

/** Names that a config may have before the slash, and no provider: why. */
const WITHOUT_PROVIDER: Readonly<Record<string, string>> = {
  ...reasons('not a provider of models: search, stores of vectors, agents, prompts, LiteLLM’s own routers', [
    ...['linkup', 'parallel_ai', 'searxng', 'milvus', 'pg_vector', 'ragflow', 'a2a', 'langgraph', 'manus'],
    ...['dotprompt', 'auto_router', 'complexity_router', 'auto', 'custom'],
  ]),
  ...reasons('speaks a form of its own, for which there is no dialect', [
    ...['nlp_cloud', 'aleph_alpha', 'predibase', 'petals', 'triton', 'bytez', 'text-completion-codestral'],
    ...['anthropic_text', 'azure_text', 'watsonx_text', 'oci', 'palm', 'infinity'],
  ]),
  ...reasons('makes images, videos or speech in a form of its own', [
    ...['aws_polly', 'stability', 'black_forest_labs', 'fal_ai', 'runwayml', 'recraft', 'topaz'],
  ]),
  ...reasons('signs people in, or fetches its tokens, in a way of its own', [
    ...['github_copilot', 'chatgpt', 'gigachat', 'sap'],
  ]),
  ...reasons('runs inside of LiteLLM’s process; `hosted_vllm` is the server', ['vllm']),
  ...reasons('another spelling, which LiteLLM does not have', ['vertex', 'perplexity_ai']),
};

function reasons(reason: string, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, reason]));
}

const accepted = new Set(providerNames());
const provided = new Set(PROVIDERS.map(({ name }) => name));

describe('providers', () => {
  it('are over a hundred', () => {
    expect(provided.size).toBeGreaterThan(100);
  });

  it('exist for every name that a config may have, or there is a reason why not', () => {
    expect([...accepted].filter((name) => !provided.has(name) && !(name in WITHOUT_PROVIDER))).toEqual([]);
  });

  it('are all known to the config', () => {
    expect([...provided].filter((name) => !accepted.has(name))).toEqual([]);
  });

  it('are missing only where the config has a name', () => {
    expect(Object.keys(WITHOUT_PROVIDER).filter((name) => !accepted.has(name))).toEqual([]);
  });
});
