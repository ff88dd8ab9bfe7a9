import { list, record, text, type Json } from './json.js';

/** A request of Bedrock's Converse with the fields that the lab reads, by the names that other dialects give them. */
export function plainConverseRequest(body: unknown): Json {
  const request = record(body);
  const { tools, toolChoice } = record(request['toolConfig']);
  const ofModel = record(request['additionalModelRequestFields']);
  const format = record(record(request['outputConfig'])['textFormat']);
  const { schema } = record(record(format['structure'])['jsonSchema']);
  return {
    system: list(request['system']).map(partOf),
    messages: list(request['messages'])
      .map(record)
      .map(({ role, content }) => ({ role, content: list(content).map(partOf) })),
    max_tokens: record(request['inferenceConfig'])['maxTokens'],
    tools: list(tools)
      .map((tool) => record(record(tool)['toolSpec']))
      .filter(({ name }) => name !== undefined)
      .map(({ name, inputSchema }) => ({ name, input_schema: record(inputSchema)['json'] })),
    tool_choice: ofModel['tool_choice'] ?? choiceOf(record(toolChoice)),
    thinking: thinkingOf(ofModel),
    ...(format['type'] === 'json_schema' && {
      output_format: { type: 'json_schema', schema: JSON.parse(text(schema)) as unknown },
    }),
  };
}

function partOf(value: unknown): Json {
  const part = record(value);
  const { content } = record(part['toolResult']);
  if (content !== undefined) return { type: 'tool_result', content: list(content).map(partOf) };
  if (part['json'] !== undefined) return { type: 'text', text: JSON.stringify(part['json']) };
  const { bytes } = record(record(part['image'])['source']);
  return bytes === undefined
    ? { type: 'text', text: part['text'] }
    : { type: 'image', source: { data: bytes } };
}

function choiceOf(choice: Json): unknown {
  if (choice['any'] !== undefined) return 'required';
  return choice['tool'] === undefined ? undefined : { function: choice['tool'] };
}

/** Claude is told in Anthropic's words; other models have a word for how much they are to think. */
function thinkingOf(ofModel: Json): unknown {
  const words = [ofModel['reasoning_config'], ofModel['reasoning_effort']];
  if (words.some((word) => typeof word === 'string')) return { type: 'enabled' };
  return ofModel['thinking'] ?? ofModel['reasoningConfig'];
}
