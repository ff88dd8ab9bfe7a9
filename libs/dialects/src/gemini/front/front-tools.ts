import {
  isObject,
  objectAt,
  optionalList,
  optionalString,
  stringAt,
  wrongType,
  type Json,
} from '../../json/json.js';
import { present } from '../../json/present.js';
import { wordTable } from '../../json/word-table.js';
import { camelCase, fieldAt } from '../fields.js';
import { jsonSchemaOf } from '../schema-from-gemini.js';

/**
 * `tools` and, of Gemini's own tools the one that OpenAI has too, `web_search_options`. Others keep their form beside a type:
 * what does not know them can name them.
 */
export function chatToolsOf(request: Json): Json {
  const tools: Json[] = [];
  let search: Json | undefined;
  optionalList(request['tools'], 'tools', 'request').forEach((value, index) => {
    const field = `tools[${index}]`;
    for (const [name, content] of Object.entries(objectAt(value, field, 'request'))) {
      const kind = camelCase(name);
      if (content === null || content === undefined) continue;
      if (kind === 'functionDeclarations') tools.push(...functionTools(content, `${field}.${name}`));
      else if (kind === 'googleSearch' || kind === 'googleSearchRetrieval') search = {};
      else tools.push({ type: kind, [kind]: content });
    }
  });
  return { ...(tools.length > 0 && { tools }), ...(search !== undefined && { web_search_options: search }) };
}

const functionTools = (value: unknown, field: string): Json[] =>
  optionalList(value, field, 'request').map((each, index) =>
    functionTool(objectAt(each, `${field}[${index}]`, 'request'), `${field}[${index}]`),
  );

function functionTool(declaration: Json, field: string): Json {
  const schema = fieldAt(declaration, 'parametersJsonSchema');
  const own = declaration['parameters'];
  const parameters =
    schema === undefined || schema === null
      ? jsonSchemaOf(objectAt(own ?? { type: 'OBJECT', properties: {} }, `${field}.parameters`, 'request'))
      : objectAt(schema, `${field}.parametersJsonSchema`, 'request');
  return {
    type: 'function',
    function: {
      name: stringAt(declaration['name'], `${field}.name`, 'request'),
      ...present({
        description: optionalString(declaration['description'], `${field}.description`, 'request'),
      }),
      parameters,
    },
  };
}

const CHOICES: Readonly<Record<string, string>> = wordTable({
  AUTO: 'auto',
  VALIDATED: 'auto',
  ANY: 'required',
  NONE: 'none',
});

/** `tool_choice` of Gemini's `toolConfig`; a choice among several functions is OpenAI's `allowed_tools`. */
export function chatToolChoiceOf(request: Json): Json {
  const config = fieldAt(request, 'toolConfig');
  const calling = isObject(config) ? fieldAt(config, 'functionCallingConfig') : undefined;
  if (!isObject(calling)) return {};
  const field = 'toolConfig.functionCallingConfig';
  const mode = optionalString(calling['mode'], `${field}.mode`, 'request')?.toUpperCase() ?? 'AUTO';
  if (mode === 'MODE_UNSPECIFIED') return {};
  const choice = CHOICES[mode];
  if (choice === undefined) throw wrongType('request', `${field}.mode`, 'AUTO, ANY, NONE or VALIDATED');
  const names = optionalList(
    fieldAt(calling, 'allowedFunctionNames'),
    `${field}.allowedFunctionNames`,
    'request',
  );
  if (names.length === 0) return { tool_choice: choice };
  const functions = names.map((name) => ({ type: 'function', function: { name } }));
  if (functions.length === 1 && choice === 'required') return { tool_choice: functions[0] };
  return { tool_choice: { type: 'allowed_tools', allowed_tools: { mode: choice, tools: functions } } };
}
