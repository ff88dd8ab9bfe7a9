import { anthropic } from './anthropic.client.js';
import type { Client } from './client.js';
import { cohere } from './cohere.client.js';
import { googleGenAi } from './google-genai.client.js';
import { ollama } from './ollama.client.js';
import { openAiChat } from './openai.client.js';

export const CLIENTS: readonly Client[] = [openAiChat, anthropic, ollama, googleGenAi, cohere];
