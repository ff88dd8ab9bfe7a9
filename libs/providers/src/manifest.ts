import { anthropic } from './catalogue/anthropic.provider.js';
import { azure } from './catalogue/azure.provider.js';
import { azureAi } from './catalogue/azure-ai.provider.js';
import { bedrockMantle } from './catalogue/bedrock-mantle.provider.js';
import { bedrock, bedrockConverse } from './catalogue/bedrock.provider.js';
import { openAiCompatibleProviders } from './catalogue/catalogue.js';
import { cloudflare } from './catalogue/cloudflare.provider.js';
import { cohere, cohereChat } from './catalogue/cohere.provider.js';
import { databricks } from './catalogue/databricks.provider.js';
import { deepgram } from './catalogue/deepgram.provider.js';
import { demo } from './catalogue/demo.provider.js';
import { passThrough } from './catalogue/pass-through.provider.js';
import { elevenLabs } from './catalogue/elevenlabs.provider.js';
import { jina, voyage } from './catalogue/embedders.provider.js';
import { gemini } from './catalogue/gemini.provider.js';
import { ollama, ollamaChat } from './catalogue/ollama.provider.js';
import { openai } from './catalogue/openai.provider.js';
import { sagemaker, sagemakerChat } from './catalogue/sagemaker.provider.js';
import { snowflake } from './catalogue/snowflake.provider.js';
import { vertex, vertexBeta } from './catalogue/vertex.provider.js';
import { watsonx } from './catalogue/watsonx.provider.js';
import { replicate } from './catalogue/replicate.provider.js';
import type { Provider } from './provider.js';

/** Every provider. Adding one is one line here, or one row in the catalogue. */
export const PROVIDERS: readonly Provider[] = [
  openai,
  azure,
  anthropic,
  gemini,
  vertex,
  vertexBeta,
  bedrock,
  bedrockConverse,
  bedrockMantle,
  sagemaker,
  sagemakerChat,
  azureAi,
  databricks,
  snowflake,
  watsonx,
  cloudflare,
  ollama,
  ollamaChat,
  cohere,
  cohereChat,
  voyage,
  jina,
  deepgram,
  elevenLabs,
  replicate,
  demo,
  passThrough,
  ...openAiCompatibleProviders,
];

const byName: ReadonlyMap<string, Provider> = new Map(PROVIDERS.map((provider) => [provider.name, provider]));

export const findProvider = (name: string): Provider | undefined => byName.get(name);
