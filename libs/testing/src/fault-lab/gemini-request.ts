import { list, record, type Json } from './json.js';

/** A request of Gemini's with the fields that the lab reads, by the names that other dialects give them. */
export function plainGeminiRequest(body: unknown): Json {
  const request = record(body);
  const config = record(request['generationConfig']);
  const declared = list(request['tools']).flatMap((tool) => list(record(tool)['functionDeclarations']));
  const isJson = config['responseMimeType'] === 'application/json';
  const schema = config['responseSchema'] ?? config['responseJsonSchema'] ?? {};
  return {
    system: record(request['systemInstruction'])['parts'],
    messages: list(request['contents']).map(record).map(messageOf),
    max_tokens: config['maxOutputTokens'],
    tools: declared.map(record).map(({ name, parameters, parametersJsonSchema }) => ({
      function: { name, parameters: lowered(parameters ?? parametersJsonSchema ?? {}) },
    })),
    tool_choice: choiceOf(record(record(request['toolConfig'])['functionCallingConfig'])),
    thinking: record(config['thinkingConfig'])['includeThoughts'] === true ? { type: 'enabled' } : undefined,
    ...(isJson && { response_format: { type: 'json_schema', json_schema: { schema: lowered(schema) } } }),
  };
}

function messageOf({ role, parts }: Json): Json {
  return { role: role === 'model' ? 'assistant' : role, content: list(parts).map(record).map(partOf) };
}

function partOf(part: Json): Json {
  const { response } = record(part['functionResponse']);
  if (response !== undefined)
    return { type: 'tool_result', content: [{ type: 'text', text: JSON.stringify(response) }] };
  const { data } = record(part['inlineData'] ?? part['inline_data']);
  const url = record(part['fileData'])['fileUri'];
  return data === undefined && url === undefined
    ? { type: 'text', text: part['text'] }
    : { type: 'image', source: { data, url } };
}

function choiceOf({ mode, allowedFunctionNames: names }: Json): unknown {
  if (mode !== 'ANY') return undefined;
  return Array.isArray(names) ? { function: { name: names[0] as unknown } } : 'required';
}

/** Types in small letters, as JSON schemas have them. */
function lowered(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(lowered);
  if (typeof schema !== 'object' || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema).map(([name, value]: [string, unknown]) => [
      name,
      name === 'type' && typeof value === 'string' ? value.toLowerCase() : lowered(value),
    ]),
  );
}
