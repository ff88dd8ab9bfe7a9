import {
  CITY,
  TRIP,
  joined,
  record,
  records,
  textOf,
  type Ask,
  type Call,
  type Front,
  type Json,
} from './front.js';

/** OpenAI's chat completions. */
export const chatFront: Front = {
  name: 'chat',
  stops: { text: 'stop', tools: 'tool_calls' },
  request: (model, ask) => ({ path: '/v1/chat/completions', body: bodyOf(model, ask) }),
  goOn({ path, body }, answer, result) {
    const message = record(records(answer['choices'])[0]?.['message']);
    const results = records(message['tool_calls']).map(({ id }) => ({
      ...{ role: 'tool', tool_call_id: id },
      content: result,
    }));
    return { path, body: { ...body, messages: [...records(body['messages']), message, ...results] } };
  },
  whole(answer) {
    const choice = record(records(answer['choices'])[0]);
    const message = record(choice['message']);
    return {
      text: textOf(message['content']),
      thoughts: textOf(message['reasoning_content']),
      calls: records(message['tool_calls']).map(callOf),
      stop: choice['finish_reason'],
      ...usageOf(answer),
    };
  },
  streamed(events) {
    const chunks = events.filter(({ isDone }) => !isDone).map(({ data }) => data);
    const choices = chunks.flatMap(({ choices: own }) => records(own));
    const deltas = choices.map(({ delta }) => record(delta));
    const fragments = deltas.flatMap(({ tool_calls: own }) => records(own));
    const indexes = [...new Set(fragments.map(({ index }) => index))];
    return {
      text: joined(deltas, 'content'),
      thoughts: joined(deltas, 'reasoning_content'),
      calls: indexes.map((at) => callOf(gathered(fragments.filter(({ index }) => index === at)))),
      stop: choices.map(({ finish_reason: reason }) => reason).find((reason) => typeof reason === 'string'),
      ...usageOf(chunks.at(-1) ?? {}),
    };
  },
  refusal: { error: { message: expect.any(String), code: expect.any(String) } },
  isErrorEvent: ({ data }) => 'error' in data,
  isCleanEnd: ({ isDone }) => isDone,
};

function bodyOf(model: string, ask: Ask): Json {
  const text = { type: 'text', text: ask.text };
  const image = { type: 'image_url', image_url: { url: `data:image/png;base64,${ask.image ?? ''}` } };
  const content = ask.image === undefined ? ask.text : [text, image];
  const format = { type: 'json_schema', json_schema: { name: 'trip', strict: true, schema: TRIP } };
  return {
    ...{ model, messages: [{ role: 'user', content }] },
    ...(ask.stream && { stream: true, stream_options: { include_usage: true } }),
    ...(ask.tools && {
      tools: ask.tools.map((name) => ({ type: 'function', function: { name, parameters: CITY } })),
    }),
    ...(ask.isStructured === true && { response_format: format }),
    ...(ask.isReasoned === true && { reasoning_effort: 'low' }),
  };
}

function callOf({ id, function: own }: Json): Call {
  const { name, arguments: text } = record(own);
  return { id: textOf(id), name: textOf(name), arguments: JSON.parse(textOf(text)) as unknown };
}

/** A call of its fragments. */
function gathered(fragments: readonly Json[]): Json {
  const functions = fragments.map(({ function: own }) => record(own));
  return {
    id: fragments.map(({ id }) => id).find((id) => id !== undefined),
    function: { name: joined(functions, 'name'), arguments: joined(functions, 'arguments') },
  };
}

function usageOf(answer: Json) {
  const { prompt_tokens: inputTokens, completion_tokens: outputTokens } = record(answer['usage']);
  return { inputTokens, outputTokens };
}
