import type { BackOptions } from '../codec/codec.js';
import type { TranslatedRequest } from '../codec/translated-request.js';
import { isObject, wordOf, type Json } from '../json/json.js';
import { present } from '../json/present.js';
import { Refusals } from '../refusals.js';
import { formatOf, hasStructuredOutput, type AnswerFormat } from '../to-anthropic/request-format.js';
import { conversationOf, withPlainIds, type Turn } from '../to-anthropic/request-messages.js';
import { cachesPrompts, familyOf, type ModelFamily } from './model-family.js';
import { contentOf } from './request-content.js';
import { DocumentNames } from './request-documents.js';
import { inferenceConfigOf, otherFields, serviceTierOf } from './request-parameters.js';
import { reasoningFields } from './request-reasoning.js';
import { toolConfigOf } from './request-tools.js';

/**
 * An OpenAI chat request as one of Bedrock's Converse, which has the model and the wish for a stream in its path. The conversation
 * takes Anthropic's form on the way: Converse's turns and blocks are made after it. Unknown fields are handed to the model.
 * Throws `invalid_request` naming a field of the wrong shape, `unsupported_parameter` naming one without a counterpart.
 */
export function chatToConverse(request: Json, options: BackOptions): TranslatedRequest {
  const family = familyOf(options.model);
  const refusals = new Refusals(options.dropParams, 'Bedrock');
  const others = otherFields(request, family, refusals);
  const { system, messages: turns } = conversationOf(request['messages'], refusals);
  // NOTE Kimi counts on its own ids, which are made of more than Claude allows.
  const messages = family === 'claude' || family === 'unknown' ? withPlainIds(turns) : turns;
  const isStrict = takesSchemas(family, options.model);
  const format = formatOf(request['response_format'], isStrict);
  const called = callsOf(messages);
  const tools = toolConfigOf(request, { family, format, isStrict, called, refusals });
  const reasoning = reasoningFields(request, {
    family,
    turns: messages,
    isToolForced: tools.isForced,
    refusals,
  });
  const context = {
    refusals,
    cachesPrompts: cachesPrompts(family),
    documentNames: new DocumentNames(),
  };
  const modelFields = { ...tools.modelFields, ...reasoning, ...others.model };
  const body = {
    ...present({
      messages: messages.map(({ role, content }) => ({ role, content: contentOf(content, context) })),
      system: system.length === 0 ? undefined : contentOf(system, context),
      inferenceConfig: inferenceConfigOf(request, reasoning['thinking'], refusals),
      toolConfig: tools.toolConfig,
      outputConfig: outputConfigOf(request['response_format'], format),
      serviceTier: serviceTierOf(request, refusals),
      additionalModelRequestFields: Object.keys(modelFields).length === 0 ? undefined : modelFields,
    }),
    ...others.own,
  };
  return { body, dropped: refusals.dropped };
}

/** The model can be held to a schema, in its answer and in its calls. */
const takesSchemas = (family: ModelFamily, model: string): boolean =>
  family === 'claude' ? hasStructuredOutput(model) : family === 'qwen' || family === 'open';

const callsOf = (turns: readonly Turn[]): string[] =>
  turns
    .flatMap(({ content }) => content)
    .filter(({ type }) => type === 'tool_use')
    .map(({ name }) => wordOf(name));

function outputConfigOf(asked: unknown, format: AnswerFormat | undefined): Json | undefined {
  if (format === undefined || !('outputFormat' in format)) return undefined;
  const definition = isObject(asked) && isObject(asked['json_schema']) ? asked['json_schema'] : {};
  const { name, description } = definition;
  const jsonSchema = present({ name, description, schema: JSON.stringify(format.outputFormat['schema']) });
  return { textFormat: { type: 'json_schema', structure: { jsonSchema } } };
}
