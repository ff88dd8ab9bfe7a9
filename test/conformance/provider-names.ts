/** Provider of a recording → LiteLLM's name of it, and that of the oracle of prices. */
const NAMES: Readonly<Record<string, readonly [ours: string, theirs: string]>> = {
  alibaba: ['dashscope', 'alibaba'],
  'azure-ai-foundry': ['azure_ai', 'azure'],
  'azure-openai': ['azure', 'azure'],
  bedrock: ['bedrock', 'aws'],
  'bedrock-mantle': ['bedrock', 'aws'],
  gemini: ['gemini', 'google'],
  // OpenAI's models behind somebody else's proxy.
  'local-openai': ['openai', 'openai'],
  moonshot: ['moonshot', 'moonshotai'],
  together: ['together_ai', 'together'],
  vertex: ['vertex_ai', 'google'],
  voyage: ['voyage', 'voyageai'],
  xai: ['xai', 'x-ai'],
};

export const liteLlmName = (provider: string): string => NAMES[provider]?.[0] ?? provider;

export const oracleName = (provider: string): string => NAMES[provider]?.[1] ?? provider;
