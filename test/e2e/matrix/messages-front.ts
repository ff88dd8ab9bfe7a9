import {
  CITY,
  TRIP,
  joined,
  record,
  records,
  textOf,
  type Ask,
  type Front,
  type Json,
  type Said,
} from './front.js';

/** Anthropic's messages. */
export const messagesFront: Front = {
  name: 'messages',
  stops: { text: 'end_turn', tools: 'tool_use' },
  request: (model, ask) => ({ path: '/v1/messages', body: bodyOf(model, ask) }),
  goOn({ path, body }, answer, result) {
    const blocks = records(answer['content']);
    const results = blocks
      .filter(({ type }) => type === 'tool_use')
      .map(({ id }) => ({ type: 'tool_result', tool_use_id: id, content: result }));
    const turns = [
      { role: 'assistant', content: blocks },
      { role: 'user', content: results },
    ];
    return { path, body: { ...body, messages: [...records(body['messages']), ...turns] } };
  },
  whole: (answer) => said(records(answer['content']), answer['stop_reason'], record(answer['usage'])),
  streamed(events) {
    for (const { name, data } of events) expect(name).toBe(data['type']);
    const payloads = events.map(({ data }) => data);
    const blocks = payloads
      .filter(({ type }) => type === 'content_block_start')
      .map(({ index, content_block: block }) => gathered(record(block), deltasOf(payloads, index)));
    const start = record(record(payloads[0])['message']);
    const end = record(payloads.find(({ type }) => type === 'message_delta'));
    expect(payloads.at(-1)).toEqual({ type: 'message_stop' });
    const usage = { ...record(start['usage']), ...record(end['usage']) };
    return said(blocks, record(end['delta'])['stop_reason'], usage);
  },
  refusal: { type: 'error', error: { type: 'rate_limit_error', message: expect.any(String) } },
  isErrorEvent: ({ name, data }) => name === 'error' && data['type'] === 'error',
  isCleanEnd: ({ data }) => data['type'] === 'message_stop',
};

function bodyOf(model: string, ask: Ask): Json {
  const text = { type: 'text', text: ask.text };
  const source = { type: 'base64', media_type: 'image/png', data: ask.image };
  const content = ask.image === undefined ? ask.text : [{ type: 'image', source }, text];
  return {
    ...{ model, max_tokens: 4096, messages: [{ role: 'user', content }] },
    ...(ask.stream && { stream: true }),
    ...(ask.tools && { tools: ask.tools.map((name) => ({ name, input_schema: CITY })) }),
    ...(ask.isStructured === true && { output_config: { format: { type: 'json_schema', schema: TRIP } } }),
    ...(ask.isReasoned === true && { thinking: { type: 'enabled', budget_tokens: 1024 } }),
  };
}

const deltasOf = (payloads: readonly Json[], index: unknown): Json[] =>
  payloads
    .filter((payload) => payload['type'] === 'content_block_delta' && payload['index'] === index)
    .map(({ delta }) => record(delta));

/** A block of its deltas. */
function gathered(block: Json, deltas: readonly Json[]): Json {
  const json = joined(deltas, 'partial_json');
  return {
    ...block,
    text: textOf(block['text']) + joined(deltas, 'text'),
    thinking: textOf(block['thinking']) + joined(deltas, 'thinking'),
    ...(block['type'] === 'tool_use' && { input: JSON.parse(json === '' ? '{}' : json) as unknown }),
  };
}

const said = (blocks: readonly Json[], stop: unknown, usage: Json): Said => ({
  text: joined(
    blocks.filter(({ type }) => type === 'text'),
    'text',
  ),
  thoughts: joined(
    blocks.filter(({ type }) => type === 'thinking'),
    'thinking',
  ),
  calls: blocks
    .filter(({ type }) => type === 'tool_use')
    .map(({ id, name, input }) => ({ id: textOf(id), name: textOf(name), arguments: input })),
  stop,
  ...{ inputTokens: usage['input_tokens'], outputTokens: usage['output_tokens'] },
});
