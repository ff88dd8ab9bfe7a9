import { list, record, text, type Json } from './json.js';

/** A request of OpenAI's Responses with the fields that the lab reads, by the names that other dialects give them. */
export function plainResponsesRequest(body: unknown): Json {
  const request = record(body);
  const { input } = request;
  const format = record(record(request['text'])['format']);
  return {
    ...request,
    system: request['instructions'],
    messages: typeof input === 'string' ? [{ role: 'user', content: input }] : list(input).map(messageOf),
    max_tokens: request['max_output_tokens'],
    tools: list(request['tools'])
      .map(record)
      .map(({ name, parameters }) => ({ name, input_schema: parameters })),
    reasoning_effort: record(request['reasoning'])['effort'],
    ...(format['type'] === 'json_object' && { response_format: format }),
    ...(format['type'] === 'json_schema' && { output_format: format }),
  };
}

/** Calls and thoughts of earlier turns have no text of their own. */
function messageOf(value: unknown): Json {
  const item = record(value);
  if (text(item['type']).endsWith('_call_output')) return { role: 'tool', content: item['output'] };
  return { role: item['role'] ?? 'assistant', content: item['content'] };
}
