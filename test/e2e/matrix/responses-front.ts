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

/** OpenAI's Responses. */
export const responsesFront: Front = {
  name: 'responses',
  stops: { text: 'completed', tools: 'completed' },
  request: (model, ask) => ({ path: '/v1/responses', body: bodyOf(model, ask) }),
  goOn({ path, body }, answer, result) {
    const items = records(answer['output']);
    const results = items
      .filter(({ type }) => type === 'function_call')
      .map(({ call_id: id }) => ({ type: 'function_call_output', call_id: id, output: result }));
    return { path, body: { ...body, input: [...records(body['input']), ...items, ...results] } };
  },
  whole,
  streamed(events) {
    const deltas = (type: string): string =>
      joined(
        events.map(({ data }) => data).filter((data) => data['type'] === `response.${type}.delta`),
        'delta',
      );
    expect(events.map(({ data }) => data['sequence_number'])).toEqual([...events.keys()]);
    for (const { name, data } of events) expect(name).toBe(data['type']);
    const said = whole(record(events.at(-1)?.data['response']));
    const fragments = deltas('function_call_arguments');
    expect(fragments).toBe(said.calls.map((call) => JSON.stringify(call.arguments)).join(''));
    expect(deltas('output_text')).toBe(said.text);
    return { ...said, thoughts: deltas('reasoning_summary_text') || deltas('reasoning_text') };
  },
  refusal: { error: { message: expect.any(String), code: expect.any(String) } },
  isErrorEvent: ({ name, data }) => name === data['type'] && /^(?:error|response\.failed)$/.test(name ?? ''),
  isCleanEnd: ({ data }) => data['type'] === 'response.completed',
};

function bodyOf(model: string, ask: Ask): Json {
  const text = { type: 'input_text', text: ask.text };
  const image = {
    type: 'input_image',
    image_url: `data:image/png;base64,${ask.image ?? ''}`,
    detail: 'auto',
  };
  const content = ask.image === undefined ? [text] : [text, image];
  return {
    ...{ model, store: false, input: [{ type: 'message', role: 'user', content }] },
    ...(ask.stream && { stream: true }),
    ...(ask.tools && {
      tools: ask.tools.map((name) => ({ type: 'function', name, parameters: CITY, strict: true })),
    }),
    ...(ask.isStructured === true && {
      text: { format: { type: 'json_schema', name: 'trip', strict: true, schema: TRIP } },
    }),
    ...(ask.isReasoned === true && { reasoning: { effort: 'low', summary: 'auto' } }),
  };
}

function whole(answer: Json): Said {
  const items = records(answer['output']);
  const messages = items.filter(({ type }) => type === 'message');
  const thoughts = items.filter(({ type }) => type === 'reasoning');
  const usage = record(answer['usage']);
  return {
    text: joined(
      messages.flatMap(({ content }) => records(content)),
      'text',
    ),
    thoughts: joined(
      thoughts.flatMap(({ summary, content }) => [...records(summary), ...records(content)]),
      'text',
    ),
    calls: items
      .filter(({ type }) => type === 'function_call')
      .map(({ call_id: id, name, arguments: text }) => ({
        ...{ id: textOf(id), name: textOf(name) },
        arguments: JSON.parse(textOf(text)) as unknown,
      })),
    stop: answer['status'],
    ...{ inputTokens: usage['input_tokens'], outputTokens: usage['output_tokens'] },
  };
}
