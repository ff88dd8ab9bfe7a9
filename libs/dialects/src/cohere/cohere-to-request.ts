import { isObject, objectAt, optionalList, stringAt, wrongType, type Json } from '../json/json.js';
import { present } from '../json/present.js';
import { wordTable } from '../json/word-table.js';
import { chatMessagesOfCohere } from './cohere-chat-messages.js';

/** Fields that the translation reads; all others travel on (`documents`, `citation_options` and such to who knows them). */
const CONSUMED = new Set([
  'model',
  'messages',
  'tools',
  'tool_choice',
  'strict_tools',
  'response_format',
  'thinking',
  'stop_sequences',
  'p',
  'k',
]);

/** A request of Cohere's v2 chat as a chat request. */
export function cohereToRequest(request: Json, model: string): Json {
  const travelling = Object.entries(request).filter(([name, value]) => !CONSUMED.has(name) && value !== null);
  const isStrict = request['strict_tools'] === true;
  const tools = optionalList(request['tools'], 'tools', 'request').map((tool, index) =>
    toolOf(tool, `tools[${index}]`, isStrict),
  );
  return {
    ...Object.fromEntries(travelling),
    model,
    messages: chatMessagesOfCohere(request['messages']),
    ...present({
      tools: tools.length > 0 ? tools : undefined,
      tool_choice: choiceOf(request['tool_choice']),
      response_format: formatOf(request['response_format']),
      ...thinkingOf(request['thinking']),
      stop: request['stop_sequences'] ?? undefined,
      top_p: request['p'] ?? undefined,
      top_k: request['k'] ?? undefined,
    }),
  };
}

function toolOf(value: unknown, field: string, isStrict: boolean): Json {
  const tool = objectAt(value, field, 'request');
  const definition = objectAt(tool['function'], `${field}.function`, 'request');
  stringAt(definition['name'], `${field}.function.name`, 'request');
  return { type: 'function', function: { ...definition, ...(isStrict && { strict: true }) } };
}

const CHOICES: Readonly<Record<string, string>> = wordTable({
  REQUIRED: 'required',
  NONE: 'none',
  AUTO: 'auto',
});

function choiceOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  const choice = typeof value === 'string' ? CHOICES[value.toUpperCase()] : undefined;
  if (choice === undefined) throw wrongType('request', 'tool_choice', 'REQUIRED or NONE');
  return choice;
}

/** NOTE the schema was called `schema` before it was `json_schema`. */
function formatOf(value: unknown): Json | undefined {
  if (value === undefined || value === null) return undefined;
  const format = objectAt(value, 'response_format', 'request');
  const schema = format['json_schema'] ?? format['schema'];
  if (format['type'] !== 'json_object' || !isObject(schema)) return format;
  return { type: 'json_schema', json_schema: { name: 'answer', schema } };
}

/** Thinking without a budget is an effort: the model's own measure. */
function thinkingOf(value: unknown): Json {
  if (value === undefined || value === null) return {};
  const { token_budget: budget, ...thinking } = objectAt(value, 'thinking', 'request');
  if (thinking['type'] === 'disabled') return { reasoning_effort: 'none' };
  if (budget === undefined || budget === null) return { reasoning_effort: 'medium' };
  return { thinking: { ...thinking, budget_tokens: budget } };
}
