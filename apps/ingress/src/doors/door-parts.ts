import { AnthropicController } from './anthropic.controller.js';
import { CohereController } from './cohere.controller.js';
import { GeminiController } from './gemini.controller.js';
import { NativeController } from './native.controller.js';
import { OllamaController } from './ollama.controller.js';
import { OpenAiController } from './openai.controller.js';
import { PassThroughController } from './pass-through.controller.js';
import { RealtimeController } from '../realtime/realtime.controller.js';
import { UtilsController } from './utils.controller.js';

/** Every way in for a call of a model. */
export const DOOR_CONTROLLERS = [
  AnthropicController,
  CohereController,
  GeminiController,
  NativeController,
  OllamaController,
  OpenAiController,
  PassThroughController,
  RealtimeController,
  UtilsController,
] as const;
