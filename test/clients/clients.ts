import { anthropic } from './anthropic.client.js';
import type { Client } from './client.js';
import { openAiChat } from './openai.client.js';

export const CLIENTS: readonly Client[] = [openAiChat, anthropic];
