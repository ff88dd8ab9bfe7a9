import type { TranslatedRequest } from '../codec/translated-request.js';
import { stringAt, isObject, type Json } from '../json/json.js';
import { present } from '../json/present.js';
import { Refusals } from '../refusals.js';
import { WITHOUT_BLOCK } from './request-content.js';
import { formatOf, hasStructuredOutput, type AnswerFormat } from './request-format.js';
import { conversationOf, withPlainIds } from './request-messages.js';
import {
  maxTokensOf,
  metadataOf,
  serviceTierOf,
  stopSequencesOf,
  temperatureOf,
  travellingFields,
} from './request-parameters.js';
import { maxTokensFor, thinkingOf } from './request-thinking.js';
import { toolFields } from './request-tool-fields.js';

export interface ChatToMessagesOptions {
  /** Sent as `max_tokens` when the caller names none: Anthropic requires it. */
  readonly defaultMaxTokens: number;
  /** Leave out what has no counterpart instead of refusing it. */
  readonly dropParams: boolean;
}

/**
 * An OpenAI chat request as an Anthropic messages request. `model` should be the upstream's own name by then: what a model
 * can do is read from it. Unknown fields travel on.
 * Throws `invalid_request` naming a field of the wrong shape, `unsupported_parameter` naming one without a counterpart.
 */
export function chatToMessages(request: Json, options: ChatToMessagesOptions): TranslatedRequest {
  const refusals = new Refusals(options.dropParams, 'Anthropic', WITHOUT_BLOCK);
  const travelling = travellingFields(request, refusals);
  const isNative = hasStructuredOutput(request['model']);
  const { system, messages: turns } = conversationOf(request['messages'], refusals);
  const messages = withPlainIds(turns);
  const format = formatOf(request['response_format'], isNative);
  const { tools, toolChoice } = toolFields(request, format, isNative, refusals);
  const isToolForced = toolChoice?.['type'] === 'any' || toolChoice?.['type'] === 'tool';
  const thinking = thinkingOf(request, messages, isToolForced, refusals);
  const outputConfig = outputConfigOf(request['output_config'], format);
  const body: Json = {
    ...travelling,
    model: stringAt(request['model'], 'model', 'request'),
    max_tokens: maxTokensFor(maxTokensOf(request) ?? options.defaultMaxTokens, thinking),
    ...present({
      system: system.length > 0 ? system : undefined,
      messages,
      tools: tools.length > 0 ? tools : undefined,
      tool_choice: toolChoice,
      thinking,
      output_config: outputConfig,
      temperature: temperatureOf(request),
      stop_sequences: stopSequencesOf(request['stop'], refusals),
      metadata: metadataOf(request),
      service_tier: serviceTierOf(request['service_tier'], refusals),
    }),
  };
  return { body, dropped: refusals.dropped };
}

function outputConfigOf(own: unknown, format: AnswerFormat | undefined): unknown {
  if (format === undefined || !('outputFormat' in format)) return own ?? undefined;
  return { ...(isObject(own) ? own : {}), format: format.outputFormat };
}
