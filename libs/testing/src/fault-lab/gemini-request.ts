type Json = Readonly<Record<string, unknown>>;
const record = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
const list = (value: unknown): readonly Json[] => (Array.isArray(value) ? value.map(record) : []);

/** A request of Gemini's with the fields that the lab reads, by the names that other dialects give them. */
export function plainGeminiRequest(body: unknown, stream: boolean): Json {
  const request = record(body);
  const config = record(request['generationConfig']);
  const declared = list(request['tools']).flatMap((tool) => list(tool['functionDeclarations']));
  const isJson = config['responseMimeType'] === 'application/json';
  const schema = config['responseSchema'] ?? config['responseJsonSchema'] ?? {};
  return {
    stream,
    system: record(request['systemInstruction'])['parts'],
    messages: list(request['contents']).map(messageOf),
    max_tokens: config['maxOutputTokens'],
    tools: declared.map(({ name, parameters, parametersJsonSchema }) => ({
      function: { name, parameters: lowered(parameters ?? parametersJsonSchema ?? {}) },
    })),
    tool_choice: choiceOf(record(record(request['toolConfig'])['functionCallingConfig'])),
    thinking: record(config['thinkingConfig'])['includeThoughts'] === true ? { type: 'enabled' } : undefined,
    ...(isJson && { response_format: { type: 'json_schema', json_schema: { schema: lowered(schema) } } }),
  };
}

function messageOf({ role, parts }: Json): Json {
  const content = list(parts).map((part) => {
    const { response } = record(part['functionResponse']);
    return response === undefined
      ? { type: 'text', text: part['text'] }
      : { type: 'tool_result', content: [{ type: 'text', text: JSON.stringify(response) }] };
  });
  return { role: role === 'model' ? 'assistant' : role, content };
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
