import { GatewayError } from '@tollgate/contracts';
import { isObject, listAt, objectAt, stringAt, type Json } from '../../json/json.js';
import { present } from '../../json/present.js';
import { markOf } from './chat-parts.js';

/** `tools`, `tool_choice` and, of Bedrock's own tools the one that OpenAI has too, `web_search_options`. */
export function chatToolsOf(value: unknown): Json {
  if (value === undefined || value === null) return {};
  const config = objectAt(value, 'toolConfig', 'request');
  const tools: Json[] = [];
  let search: Json | undefined;
  listAt(config['tools'] ?? [], 'toolConfig.tools', 'request').forEach((entry, index) => {
    const field = `toolConfig.tools[${index}]`;
    const tool = objectAt(entry, field, 'request');
    if (isObject(tool['cachePoint'])) markLast(tools, tool['cachePoint']);
    else if (isSearch(tool)) search = {};
    else tools.push(functionTool(tool, field));
  });
  return present({
    tools: tools.length === 0 ? undefined : tools,
    web_search_options: search,
    tool_choice: choiceOf(config['toolChoice']),
  });
}

function markLast(tools: Json[], cachePoint: Json): void {
  const last = tools.at(-1);
  if (last !== undefined) tools.splice(-1, 1, { ...last, cache_control: markOf(cachePoint) });
}

const isSearch = ({ systemTool }: Json): boolean =>
  isObject(systemTool) && systemTool['name'] === 'nova_grounding';

function functionTool(tool: Json, field: string): Json {
  if (!isObject(tool['toolSpec'])) {
    throw new GatewayError(
      'unsupported_parameter',
      `Only Bedrock supports '${field}' (${Object.keys(tool).join(', ')}). Leave it out, or call a model of Bedrock.`,
      { param: field },
    );
  }
  const { name, description, inputSchema, strict } = tool['toolSpec'];
  const schema = objectAt(inputSchema, `${field}.toolSpec.inputSchema`, 'request')['json'];
  return {
    type: 'function',
    function: present({
      name: stringAt(name, `${field}.toolSpec.name`, 'request'),
      description: typeof description === 'string' ? description : undefined,
      parameters: objectAt(schema, `${field}.toolSpec.inputSchema.json`, 'request'),
      strict: typeof strict === 'boolean' ? strict : undefined,
    }),
  };
}

function choiceOf(choice: unknown): unknown {
  if (!isObject(choice)) return undefined;
  if (isObject(choice['any'])) return 'required';
  if (!isObject(choice['tool'])) return 'auto';
  const name = stringAt(choice['tool']['name'], 'toolConfig.toolChoice.tool.name', 'request');
  return { type: 'function', function: { name } };
}
