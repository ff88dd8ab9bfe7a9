import { openAiResponses } from '../codec/openai-responses.js';
import type { StreamDecoder } from '../codec/codec.js';
import type { Json } from '../json/json.js';
import { SseDecoder } from '../sse/sse-decoder.js';
import { ANSWER_OPTIONS, eventOf, fuzzCodec } from '../testing/fuzz-codec.js';
import { thrownBy } from '../testing/thrown-by.js';

const { front, back } = openAiResponses;

const chunk = (delta: Json, finish: string | null = null): Json => ({
  id: 'c1',
  choices: [{ index: 0, delta, finish_reason: finish }],
});
const usage = { prompt_tokens: 5, completion_tokens: 2, prompt_tokens_details: { cached_tokens: 3 } };

/** The payloads of the stream that chunks make. */
function encoded(chunks: readonly Json[], request: Json = {}): Json[] {
  const encoder = front?.stream?.({ ...ANSWER_OPTIONS, request });
  const decoder = new SseDecoder();
  const parts = [...chunks.map((each) => encoder?.push(each)), encoder?.end()];
  return parts
    .flatMap((part) => (part ? decoder.push(part) : []))
    .map(({ data }) => JSON.parse(data) as Json);
}

const brief = (events: readonly Json[]): string[] =>
  events.map(({ type, output_index: place, delta, item }) => {
    const words = [type, place, delta, (item as Json | undefined)?.['type']];
    return words
      .filter((word) => word !== undefined)
      .map(String)
      .join(' ')
      .slice('response.'.length);
  });

describe('responses for callers', () => {
  it('tells a whole answer in order, and repeats the request', () => {
    const message = {
      role: 'assistant',
      content: 'Hi',
      thinking_blocks: [{ type: 'thinking', thinking: 'hm', signature: 'E' }],
      annotations: [
        { type: 'url_citation', url_citation: { url: 'u', title: 't', start_index: 0, end_index: 2 } },
      ],
      tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '' } }],
    };
    const answer = { id: 'c', choices: [{ message, finish_reason: 'tool_calls' }], usage };
    const request = { instructions: 'Be brief.', temperature: 0.5, metadata: { a: 'b' } };
    const response = front?.fromCanonical(answer, { ...ANSWER_OPTIONS, request }) ?? {};
    expect(response).toMatchObject({
      object: 'response',
      created_at: 1,
      model: 'seen',
      status: 'completed',
      error: null,
      ...request,
      usage: {
        input_tokens: 5,
        input_tokens_details: { cached_tokens: 3 },
        output_tokens: 2,
        total_tokens: 7,
      },
    });
    expect(response['output']).toMatchObject([
      { type: 'reasoning', summary: [{ type: 'summary_text', text: 'hm' }], encrypted_content: 'E' },
      {
        type: 'message',
        role: 'assistant',
        status: 'completed',
        content: [
          {
            type: 'output_text',
            text: 'Hi',
            annotations: [{ type: 'url_citation', url: 'u', end_index: 2 }],
            logprobs: [],
          },
        ],
      },
      { type: 'function_call', call_id: 'a', name: 'f', arguments: '{}', status: 'completed' },
    ]);
  });

  it.each([
    ['length', 'max_output_tokens'],
    ['content_filter', 'content_filter'],
  ])('tells that an answer which ended for its %s is not whole', (finish, reason) => {
    const events = encoded([chunk({ content: 'Hi' }), chunk({}, finish)]);
    expect(events.at(-1)).toMatchObject({
      type: 'response.incomplete',
      response: { status: 'incomplete', incomplete_details: { reason }, output: [{ status: 'incomplete' }] },
    });
  });

  it('gives every event of a stream in order', () => {
    const events = encoded([
      chunk({ role: 'assistant', content: '' }),
      chunk({ reasoning_content: 'hm' }),
      chunk({ thinking_blocks: [{ type: 'thinking', thinking: '', signature: 'E' }] }),
      chunk({ content: 'Hi' }),
      chunk({
        tool_calls: [{ index: 0, id: 'a', type: 'function', function: { name: 'f', arguments: '' } }],
      }),
      chunk({ tool_calls: [{ index: 1, id: 'b', type: 'custom', custom: { name: 'g', input: 'x' } }] }),
      chunk({ tool_calls: [{ index: 0, function: { arguments: '{"y":1}' } }] }),
      chunk({}, 'tool_calls'),
      { choices: [], usage },
    ]);
    expect(brief(events)).toEqual([
      'created',
      'in_progress',
      'output_item.added 0 reasoning',
      'reasoning_summary_part.added 0',
      'reasoning_summary_text.delta 0 hm',
      'reasoning_summary_text.done 0',
      'reasoning_summary_part.done 0',
      'output_item.done 0 reasoning',
      'output_item.added 1 message',
      'content_part.added 1',
      'output_text.delta 1 Hi',
      'output_text.done 1',
      'content_part.done 1',
      'output_item.done 1 message',
      'output_item.added 2 function_call',
      'output_item.added 3 custom_tool_call',
      'custom_tool_call_input.delta 3 x',
      'function_call_arguments.delta 2 {"y":1}',
      'function_call_arguments.done 2',
      'output_item.done 2 function_call',
      'custom_tool_call_input.done 3',
      'output_item.done 3 custom_tool_call',
      'completed',
    ]);
    expect(events.map((event) => event['sequence_number'])).toEqual([...events.keys()]);
    expect(events.at(-1)?.['response']).toMatchObject({ status: 'completed', usage: { total_tokens: 7 } });
  });

  it('puts calls back into the namespaces of the request', () => {
    const tools = [{ type: 'namespace', name: 'agents', tools: [{ type: 'function', name: 'spawn' }] }];
    const named = (name: string) => [{ index: 0, id: 'a', type: 'function', function: { name } }];
    const outputOf = (name: string): unknown => {
      const events = encoded([chunk({ tool_calls: named(name) }), chunk({}, 'tool_calls')], { tools });
      const message = { role: 'assistant', tool_calls: named(name) };
      const answer = { choices: [{ message, finish_reason: 'tool_calls' }] };
      const whole = front?.fromCanonical(answer, { ...ANSWER_OPTIONS, request: { tools } });
      expect(whole?.['output']).toMatchObject([{ type: 'function_call', call_id: 'a' }]);
      const streamed = (events.at(-1)?.['response'] as Json)['output'];
      const names = [whole?.['output'], streamed].map((output) =>
        (output as Json[]).map(({ namespace, name: own }) => [namespace, own]),
      );
      expect(names[0]).toEqual(names[1]);
      return names[0];
    };
    expect(outputOf('agents__spawn')).toEqual([['agents', 'spawn']]);
    expect(outputOf('agents__other')).toEqual([[undefined, 'agents__other']]);
  });

  it('gives refusals, images and redacted thinking', () => {
    const [last] = encoded([
      chunk({ thinking_blocks: [{ type: 'redacted_thinking', data: 'X' }] }),
      chunk({ refusal: 'No.' }),
      chunk({ images: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AA' } }] }),
      chunk({}, 'stop'),
    ]).slice(-1);
    expect(last?.['response']).toMatchObject({
      output: [
        { type: 'reasoning', summary: [], encrypted_content: 'redacted_thinking:X' },
        { type: 'message', content: [{ type: 'refusal', refusal: 'No.' }] },
        { type: 'image_generation_call', result: 'AA', output_format: 'png' },
      ],
    });
  });
});

const added = (item: Json): Json => ({ type: 'response.output_item.added', output_index: 0, item });
const message = { type: 'message', id: 'msg_1', role: 'assistant', content: [] };
const delta = (text: string): Json => ({
  type: 'response.output_text.delta',
  output_index: 0,
  content_index: 0,
  delta: text,
});
const completed = { type: 'response.completed', response: { id: 'resp_1', status: 'completed', output: [] } };

function decode(payloads: readonly Json[]): { decoder: StreamDecoder; deltas: Json[] } {
  const decoder = back?.stream?.(ANSWER_OPTIONS);
  if (decoder === undefined) throw new Error('no decoder');
  const chunks = payloads.flatMap((payload) => decoder.push(eventOf(payload)));
  const choices = chunks.flatMap(({ choices: list }) => list as Json[]);
  return { decoder, deltas: choices.map((choice) => choice['delta'] as Json).slice(1, -1) };
}

describe('responses of providers', () => {
  it('tells once what comes as deltas and again with the whole item', () => {
    const whole = {
      ...message,
      content: [{ type: 'output_text', text: 'Hi all', annotations: [{ type: 'url_citation', url: 'u' }] }],
    };
    const done = { type: 'response.output_item.done', output_index: 0, item: whole };
    const { deltas, decoder } = decode([added(message), delta('Hi'), done, completed]);
    expect(deltas).toMatchObject([{ content: 'Hi' }, { content: ' all' }, { annotations: [{}] }]);
    expect([decoder.finished, decoder.responseId]).toEqual([true, 'resp_1']);
  });

  it('ignores events that it does not know', () => {
    const { deltas } = decode([
      { type: 'response.future', x: 1 },
      added({ type: 'future_call' }),
      delta('Hi'),
      completed,
    ]);
    expect(deltas).toEqual([{ content: 'Hi' }]);
  });

  it('gives the arguments of a tool without any', () => {
    const call = { type: 'function_call', call_id: 'a', name: 'f', arguments: '' };
    const done = { type: 'response.output_item.done', output_index: 0, item: call };
    expect(decode([added(call), done, completed]).deltas).toEqual([
      { tool_calls: [{ index: 0, id: 'a', type: 'function', function: { name: 'f', arguments: '' } }] },
      { tool_calls: [{ index: 0, function: { arguments: '{}' } }] },
    ]);
  });

  it.each([
    [{ type: 'error', code: 'rate_limit_exceeded', message: 'slow down' }, 'upstream_rate_limited'],
    [
      { type: 'error', error: { type: 'invalid_request_error', code: null, message: 'no' } },
      'upstream_bad_request',
    ],
    [
      { type: 'response.failed', response: { error: { code: 'server_error', message: 'oh' } } },
      'upstream_error',
    ],
    [
      { type: 'response.failed', response: { error: { code: 'invalid_prompt', message: 'no' } } },
      'upstream_bad_request',
    ],
    [{ type: 'response.failed', response: {} }, 'upstream_error'],
    [{ error: { message: 'busy', code: 429 } }, 'upstream_rate_limited'],
  ])('throws the error of %j', (payload, code) => {
    expect(thrownBy(() => decode([added(message), payload])).code).toBe(code);
  });

  it('throws the error of a response that failed', () => {
    const failed = { id: 'r', status: 'failed', error: { code: 'server_error', message: 'oh' }, output: [] };
    expect(thrownBy(() => back?.toCanonical(failed, ANSWER_OPTIONS)).code).toBe('upstream_error');
  });

  it('counts searches in the web and in files, but not pages that were only opened', () => {
    const search = (type: string): Json => ({ type: 'web_search_call', action: { type } });
    const output = [search('search'), search('open_page'), search('search'), { type: 'file_search_call' }];
    const facts = back?.facts({
      id: 'r',
      service_tier: 'flex',
      output,
      usage: { input_tokens: 1, output_tokens: 2 },
    });
    expect(facts).toMatchObject({ usage: { searches: 2, fileSearches: 1, output: 2 }, serviceTier: 'flex' });
  });
});

it('survives whatever callers and providers send', () => {
  const call = { type: 'function_call', id: 'fc', call_id: 'a', name: 'f', arguments: '{}' };
  const tool = { type: 'function', name: 'f', parameters: {} };
  const reasoning = {
    type: 'reasoning',
    id: 'rs',
    summary: [{ type: 'summary_text', text: 'a' }],
    encrypted_content: 'E',
  };
  const content = [
    { type: 'output_text', text: 'a', annotations: [{ type: 'url_citation', url: 'u' }], logprobs: [] },
  ];
  const said = { ...message, content };
  const parts = [
    { type: 'input_text', text: 'a' },
    { type: 'input_image', image_url: 'u' },
    { type: 'input_file', file_id: 'f' },
  ];
  const chatCall = { id: 'a', index: 0, type: 'function', function: { name: 'f', arguments: '{}' } };
  const chatMessage = {
    ...{
      role: 'assistant',
      content: 'a',
      refusal: 'b',
      tool_calls: [chatCall],
      annotations: [{ url_citation: { url: 'u' } }],
    },
    thinking_blocks: [{ type: 'thinking', thinking: 'a', signature: 'E' }],
    images: [{ image_url: { url: 'data:image/png;base64,AA' } }],
  };
  const answer = {
    id: 'r',
    status: 'completed',
    output: [reasoning, said, call],
    usage: { input_tokens: 1 },
  };
  fuzzCodec(openAiResponses, {
    requests: [
      {
        ...{ model: 'm', instructions: 'a', tools: [tool, { type: 'web_search', filters: {} }] },
        input: [
          { role: 'user', content: parts },
          reasoning,
          said,
          call,
          { ...call, type: 'function_call_output', output: parts },
        ],
        ...{ text: { format: { type: 'json_schema', name: 'a', schema: {} } }, reasoning: { effort: 'low' } },
        tool_choice: { type: 'allowed_tools', mode: 'auto', tools: [{ type: 'function', name: 'f' }] },
      },
    ],
    canonicalRequests: [
      {
        ...{
          model: 'm',
          messages: [...[chatMessage], { role: 'tool', tool_call_id: 'a', content: 'x' }],
          web_search_options: {},
        },
        ...{
          tools: [{ type: 'function', function: { name: 'f' } }],
          response_format: { type: 'json_object' },
        },
      },
    ],
    answers: [answer],
    canonicalAnswers: [{ id: 'c', choices: [{ message: chatMessage, finish_reason: 'stop' }], usage }],
    events: [
      { type: 'response.created', response: { id: 'r' } },
      added(message),
      delta('a'),
      { type: 'response.output_text.annotation.added', output_index: 0, annotation: { url: 'u' } },
      { type: 'response.output_item.done', output_index: 0, item: said },
      { type: 'response.reasoning_summary_text.delta', output_index: 1, summary_index: 0, delta: 'a' },
      { type: 'response.output_item.done', output_index: 1, item: reasoning },
      { type: 'response.output_item.done', output_index: 2, item: call },
      { type: 'response.completed', response: answer },
    ],
    canonicalChunks: [
      chunk(chatMessage),
      chunk({ reasoning_content: 'a' }),
      chunk({}, 'stop'),
      { choices: [], usage },
    ],
  });
});
