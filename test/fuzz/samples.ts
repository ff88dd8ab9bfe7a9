import { TASK_OF, type Dialect, type Task } from '@tollgate/contracts';
import { codecOf, type AnswerOptions, type Json } from '@tollgate/dialects';

export const MODEL = 'chat-default';

const tool = (name: string): Json => ({
  type: 'function',
  function: {
    name,
    description: 'Tells the weather.',
    parameters: {
      type: 'object',
      properties: { city: { type: 'string' }, unit: { $ref: '#/$defs/unit' } },
      required: ['city'],
      $defs: { unit: { type: 'string', enum: ['c', 'f'] } },
    },
  },
});

const call = (id: string, name: string): Json => ({
  id,
  type: 'function',
  function: { name, arguments: '{"city":"Kraków"}' },
});

const PNG = 'data:image/png;base64,iVBORw0KGgo=';

/** A request that uses much of what a chat can. */
const CHAT: Json = {
  model: MODEL,
  messages: [
    { role: 'system', content: 'Be kind.' },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'Look.' },
        { type: 'image_url', image_url: { url: PNG } },
      ],
    },
    { role: 'assistant', content: 'I ask.', tool_calls: [call('call_1', 'weather'), call('call_2', 'time')] },
    { role: 'tool', tool_call_id: 'call_1', content: 'Rain' },
    { role: 'tool', tool_call_id: 'call_2', content: [{ type: 'text', text: 'Noon' }] },
    { role: 'assistant', content: 'It rains.' },
    { role: 'user', content: 'And tomorrow?' },
  ],
  tools: [tool('weather'), tool('time')],
  tool_choice: 'auto',
  temperature: 0.5,
  top_p: 0.9,
  stop: ['END'],
  max_tokens: 100,
};

/** Of dialects whose models go on with a text. */
const PROMPT: Json = {
  ...{ model: MODEL, temperature: 0.5, top_p: 0.9, stop: ['END'], max_tokens: 100 },
  messages: [{ role: 'user', content: 'Once upon a time' }],
};
const COMPLETING: ReadonlySet<Dialect> = new Set(['openai-completions', 'ollama-generate']);

const USAGE: Json = {
  ...{ prompt_tokens: 30, completion_tokens: 20, total_tokens: 50 },
  prompt_tokens_details: { cached_tokens: 10 },
  completion_tokens_details: { reasoning_tokens: 5 },
};

const head = (object: string): Json => ({ id: 'chatcmpl-1', object, created: 1, model: 'theirs' });

const CHAT_ANSWER: Json = {
  ...head('chat.completion'),
  choices: [
    {
      index: 0,
      message: {
        ...{ role: 'assistant', content: 'It rains.', reasoning_content: 'Clouds are dark.' },
        thinking_blocks: [{ type: 'thinking', thinking: 'Clouds are dark.', signature: 'c2ln' }],
        tool_calls: [call('call_3', 'weather')],
      },
      finish_reason: 'tool_calls',
    },
  ],
  usage: USAGE,
};

const chunk = (delta: Json, finish: string | null = null): Json => ({
  ...head('chat.completion.chunk'),
  choices: [{ index: 0, delta, finish_reason: finish }],
});

const CHAT_CHUNKS: readonly Json[] = [
  chunk({ role: 'assistant', content: '' }),
  chunk({ reasoning_content: 'Clouds.' }),
  chunk({ content: 'It ' }),
  chunk({ content: 'rains — ☔.' }),
  chunk({
    tool_calls: [{ ...call('call_3', 'weather'), index: 0, function: { name: 'weather', arguments: '' } }],
  }),
  chunk({ tool_calls: [{ index: 0, function: { arguments: '{"city":' } }] }),
  chunk({ tool_calls: [{ index: 0, function: { arguments: '"Łódź"}' } }] }),
  chunk({}, 'tool_calls'),
  { ...head('chat.completion.chunk'), choices: [], usage: USAGE },
];

const vectors = [
  { object: 'embedding', index: 0, embedding: [0.25, -0.5] },
  { object: 'embedding', index: 1, embedding: [1, 0] },
];

/** Canonical requests and answers of the tasks that are translated. */
const CANONICAL: Partial<Record<Task, { readonly request: Json; readonly answer: Json }>> = {
  chat: { request: CHAT, answer: CHAT_ANSWER },
  embedding: {
    request: { model: MODEL, input: ['one', 'two'], dimensions: 2 },
    answer: { object: 'list', data: vectors, model: 'theirs', usage: { prompt_tokens: 2, total_tokens: 2 } },
  },
  rerank: {
    request: {
      model: MODEL,
      query: 'rain',
      documents: ['sun', { text: 'rain' }],
      top_n: 1,
      return_documents: true,
    },
    answer: {
      id: 'r',
      results: [{ index: 1, relevance_score: 0.9 }],
      meta: { billed_units: { search_units: 1 } },
    },
  },
  moderation: {
    request: { model: MODEL, input: ['rain'] },
    answer: { id: 'm', model: 'theirs', results: [{ flagged: false, categories: { rain: false } }] },
  },
  'token-count': {
    request: { model: MODEL, system: 'Be kind.', messages: [{ role: 'user', content: 'Hi' }] },
    answer: { input_tokens: 5 },
  },
};

/** Tasks that are passed on alone. */
const PASSED: Partial<Record<Task, { readonly request: Json; readonly answer: Json }>> = {
  image: {
    request: { model: MODEL, prompt: 'A cat', n: 1 },
    answer: { created: 1, data: [{ b64_json: 'AAAA' }] },
  },
  speech: { request: { model: MODEL, input: 'Hi', voice: 'alloy' }, answer: {} },
  transcription: {
    request: { model: MODEL },
    answer: { text: 'Hi', usage: { type: 'duration', seconds: 3 } },
  },
};

const ANSWERING: AnswerOptions = { model: 'theirs', created: 1, includeUsage: true, request: {} };

/** A caller's request of a dialect, as its codec would make it for a provider. */
export function requestOf(dialect: Dialect): Json {
  const canonical = CANONICAL[TASK_OF[dialect]];
  const options = { model: MODEL, stream: false, dropParams: true, defaultMaxTokens: 50 };
  if (canonical === undefined) return PASSED[TASK_OF[dialect]]?.request ?? CHAT;
  const request = COMPLETING.has(dialect) ? PROMPT : canonical.request;
  return codecOf(dialect)?.back?.fromCanonical(request, options).body ?? request;
}

/** A provider's whole answer of a dialect, as its codec would make it for a caller. */
export function answerOf(dialect: Dialect): Json {
  const canonical = CANONICAL[TASK_OF[dialect]];
  if (canonical === undefined) return PASSED[TASK_OF[dialect]]?.answer ?? {};
  return codecOf(dialect)?.front?.fromCanonical(canonical.answer, ANSWERING) ?? canonical.answer;
}

/** The canonical chunks of a provider's stream. */
export const chunksOf = (): Json[] => structuredClone([...CHAT_CHUNKS]);

/** Canonical chunks as a provider of the dialect streams them. Throws the GatewayError of chunks that cannot be. */
export function streamOf(dialect: Dialect, chunks: readonly Json[]): Buffer {
  const encoder = codecOf(dialect)?.front?.stream?.(ANSWERING);
  const parts = [...chunks.map((each) => encoder?.push(each) ?? null), encoder?.end() ?? null];
  return Buffer.concat(parts.filter((part) => part !== null));
}
