import { AI_SDK } from './ai-sdk.client.js';
import { anthropic } from './anthropic.client.js';
import type { Client } from './client.js';
import { cohere } from './cohere.client.js';
import { GOOGLE_GENAI } from './google-genai.client.js';
import { LANGCHAIN } from './langchain.client.js';
import { llamaIndex } from './llamaindex.client.js';
import { ollama } from './ollama.client.js';
import { OPENAI_AGENTS } from './openai-agents.client.js';
import { openAiResponses } from './openai-responses.client.js';
import { OPENAI_CHAT } from './openai.client.js';

export const CLIENTS: readonly Client[] = [
  ...[...OPENAI_CHAT, openAiResponses, anthropic, ollama, ...GOOGLE_GENAI, cohere],
  ...[...AI_SDK, ...LANGCHAIN, llamaIndex, ...OPENAI_AGENTS],
];
