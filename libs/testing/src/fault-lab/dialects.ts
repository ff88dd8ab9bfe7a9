import { anthropicDialect } from './dialect-anthropic.js';
import { cohereDialect } from './dialect-cohere.js';
import { converseDialect } from './dialect-converse.js';
import { geminiDialect } from './dialect-gemini.js';
import { invokeDialect } from './dialect-invoke.js';
import { azureDialect, openAiDialect } from './dialect-openai.js';
import { ollamaDialect } from './dialect-ollama.js';
import { responsesDialect } from './dialect-responses.js';
import type { DialectWriter } from './dialect.js';
import type { LabDialect } from './lab-request.js';

export const DIALECTS: Readonly<Record<LabDialect, DialectWriter>> = {
  openai: openAiDialect,
  azure: azureDialect,
  anthropic: anthropicDialect,
  cohere: cohereDialect,
  converse: converseDialect,
  gemini: geminiDialect,
  invoke: invokeDialect,
  ollama: ollamaDialect,
  responses: responsesDialect,
};
