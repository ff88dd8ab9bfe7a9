import { MODEL, ODD, STREAM, sse, type LagPath } from './lag-path.js';

const CHUNK = `{"id":"c1","object":"chat.completion.chunk","created":1,"model":"${MODEL}","zorble":${ODD}`;

const USAGE = '"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2,"zorble_tokens":3}';
const CHUNKS = [
  `${CHUNK},"choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}`,
  `${CHUNK},"choices":[{"index":0,"delta":{"zorble_delta":${ODD}}}]}`,
  `${CHUNK},"choices":[{"index":0,"delta":{"content":"Hi","zorble_tone":"dry"}}]}`,
];
const LAST_CHUNK = `${CHUNK},"choices":[{"index":0,"delta":{},"finish_reason":"zorbled"}]`;

const openAiChat: LagPath = {
  name: 'openai-chat',
  model: 'openai/zorble-1',
  base: '/v1',
  path: '/v1/chat/completions',
  header: ['openai-beta', 'zorble=v9'],
  request: `{ "zorble_mode" : ${ODD},"model":"${MODEL}", ${STREAM}
  "messages":[{"role":"user","content":[{"type":"zorble_part","zorble":${ODD}},{"type":"text","text":"Hi","zorble_tone":"dry"}],"zorble_mood":1}],
  "tools":[{"type":"zorble_tool","zorble":${ODD}}],"tool_choice":{"type":"zorble"},"response_format":{"type":"zorble_xml"}}\n`,
  asksStream: `"stream" : true,"stream_options":{ "zorble_cadence":3, "include_usage": true },`,
  answer: `{"id":"c1","zorble":${ODD}, "object":"chat.completion","created":1,"model":"${MODEL}","choices":[{"index":0,"finish_reason":"zorbled","message":{"role":"assistant","content":"Hi","zorble_notes":[${ODD}]}}],${USAGE}}`,
  stream: sse([...CHUNKS, `${LAST_CHUNK}}`, `${CHUNK},"choices":[],${USAGE}}`, '[DONE]']),
};

/** Others speak it too. OpenAI's own headers are not for them, and Mistral tells the usage unasked: it refuses to be asked. */
const mistralChat: LagPath = {
  ...openAiChat,
  ...{ name: 'mistral-chat', model: 'mistral/zorble-1', header: undefined },
  asksStream: '"stream" : true,',
  stream: sse([...CHUNKS, `${LAST_CHUNK},${USAGE}}`, '[DONE]']),
};

const azureChat: LagPath = {
  ...openAiChat,
  ...{ name: 'azure-chat', model: 'azure/zorble-1', base: undefined, header: undefined },
};

const RESPONSE = `"id":"r1","object":"response","created_at":1,"zorble":${ODD},"model":"${MODEL}"`;
const RESPONSE_OUTPUT = `"output":[{"id":"z1","type":"zorble_call","zorble":${ODD}},{"id":"m1","type":"message","role":"assistant","status":"completed","content":[{"type":"output_zorble","zorble":1.0},{"type":"output_text","text":"Hi","annotations":[]}]}],"usage":{"input_tokens":1,"output_tokens":1,"total_tokens":2,"zorble_tokens":3}`;

const openAiResponses: LagPath = {
  name: 'openai-responses',
  model: 'openai/zorble-1',
  base: '/v1',
  path: '/v1/responses',
  header: ['openai-beta', 'zorble=v9'],
  request: `{"model":"${MODEL}",${STREAM} "zorble_mode": ${ODD},"input":[{"type":"zorble_item","zorble":${ODD}},{"role":"user","content":[{"type":"input_zorble","zorble":1.0},{"type":"input_text","text":"Hi"}]}],"tools":[{"type":"zorble_search"}],"include":["zorble.everything"],"reasoning":{"effort":"zorbling"}}`,
  asksStream: '"stream":true,',
  answer: `{${RESPONSE},"status":"completed",${RESPONSE_OUTPUT}}`,
  stream: sse(
    [
      `{"type":"response.created","sequence_number":0,"response":{${RESPONSE},"status":"in_progress","output":[]}}`,
      `{"type":"response.zorble.delta","sequence_number":1,"zorble":${ODD}}`,
      `{"type":"response.output_item.added","sequence_number":2,"output_index":0,"item":{"id":"z1","type":"zorble_call","zorble":${ODD}}}`,
      `{"type":"response.output_text.delta","sequence_number":3,"item_id":"m1","output_index":1,"content_index":0,"delta":"Hi","zorble":1.0}`,
      `{"type":"response.completed","sequence_number":4,"response":{${RESPONSE},"status":"completed",${RESPONSE_OUTPUT}}}`,
    ],
    { named: true },
  ),
};

const openAiCompletions: LagPath = {
  name: 'openai-completions',
  model: 'openai/zorble-1',
  base: '/v1',
  path: '/v1/completions',
  header: ['openai-beta', 'zorble=v9'],
  request: `{"model":"${MODEL}",${STREAM} "zorble_mode": ${ODD},"prompt":"Hi"}`,
  asksStream: '"stream":true,"stream_options":{"include_usage": true},',
  answer: `{"id":"t1","object":"text_completion","created":1,"model":"${MODEL}","choices":[{"index":0,"text":"Hi","finish_reason":"zorbled","zorble":${ODD}}],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}`,
  stream: sse([
    `{"id":"t1","object":"text_completion","created":1,"model":"${MODEL}","zorble":${ODD},"choices":[{"index":0,"text":"H"}]}`,
    `{"id":"t1","object":"text_completion","created":1,"model":"${MODEL}","choices":[{"index":0,"text":"i","zorble":1.0}]}`,
    `{"id":"t1","object":"text_completion","created":1,"model":"${MODEL}","choices":[{"index":0,"text":"","finish_reason":"zorbled"}]}`,
    `{"id":"t1","object":"text_completion","created":1,"model":"${MODEL}","choices":[],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}`,
    '[DONE]',
  ]),
};

const MESSAGE = `"id":"m1","type":"message","role":"assistant","zorble":${ODD},"model":"${MODEL}"`;

const anthropicMessages: LagPath = {
  name: 'anthropic-messages',
  model: 'anthropic/zorble-1',
  path: '/v1/messages',
  header: ['anthropic-beta', 'zorble-2030-01-01,zorble-again-2031-01-01'],
  request: `{"max_tokens":99,"zorble_mode":${ODD}, "model":"${MODEL}",${STREAM}"system":[{"type":"zorble_block"},{"type":"text","text":"Be"}],"messages":[{"role":"user","content":[{"type":"zorble_block","zorble":${ODD}},{"type":"text","text":"Hi","cache_control":{"type":"zorble","ttl":"9h"}}]}],"tools":[{"type":"zorble_20300101","name":"zorble","zorble":${ODD}}],"thinking":{"type":"zorbled"}}`,
  asksStream: '"stream":true,',
  answer: `{${MESSAGE},"content":[{"type":"zorble_block","zorble":${ODD}},{"type":"text","text":"Hi"}],"stop_reason":"zorbled","stop_sequence":null,"usage":{"input_tokens":1,"output_tokens":1,"zorble_tokens":3}}`,
  stream: sse(
    [
      `{"type":"message_start","message":{${MESSAGE},"content":[],"stop_reason":null,"usage":{"input_tokens":1,"output_tokens":1,"zorble_tokens":3}}}`,
      `{"type":"zorble_start","zorble":${ODD}}`,
      `{"type":"content_block_start","index":0,"content_block":{"type":"zorble_block","zorble":${ODD}}}`,
      `{"type":"content_block_delta","index":0,"delta":{"type":"zorble_delta","zorble":1.0}}`,
      `{"type":"content_block_stop","index":0}`,
      `{"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}`,
      `{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"Hi","zorble":${ODD}}}`,
      `{"type":"content_block_stop","index":1,"zorble":1.0}`,
      `{"type":"message_delta","delta":{"stop_reason":"zorbled","stop_sequence":null,"zorble":1.0},"usage":{"output_tokens":1,"zorble_tokens":3}}`,
      `{"type":"message_stop","zorble":1.0}`,
    ],
    { named: true },
  ),
};

const GEMINI_TAIL = `"usageMetadata":{"promptTokenCount":1,"candidatesTokenCount":1,"totalTokenCount":2,"zorbleTokenCount":3},"modelVersion":"zorble-1","responseId":"g1"`;

const geminiContent: LagPath = {
  name: 'gemini-content',
  model: 'gemini/zorble-1',
  path: `/v1beta/models/${MODEL}:generateContent`,
  streamPath: `/v1beta/models/${MODEL}:streamGenerateContent?alt=sse`,
  header: ['x-goog-zorble', 'v9'],
  request: `{"zorbleMode":${ODD}, "contents":[{"role":"user","parts":[{"zorble":${ODD}},{"text":"Hi","zorbleTone":"dry"}]}],"tools":[{"zorbleSearch":{}}],"generationConfig":{"zorbleConfig":${ODD}}}`,
  asksStream: '',
  answer: `{"zorble":${ODD},"candidates":[{"content":{"role":"model","parts":[{"zorbleResult":${ODD}},{"text":"Hi"}]},"finishReason":"ZORBLED","index":0}],${GEMINI_TAIL}}`,
  stream: sse(
    [
      `{"candidates":[{"content":{"role":"model","parts":[{"zorbleResult":${ODD}}]},"index":0}],${GEMINI_TAIL}}`,
      `{"zorble":${ODD},"candidates":[{"content":{"role":"model","parts":[{"text":"Hi"}]},"index":0}],${GEMINI_TAIL}}`,
      `{"candidates":[{"content":{"role":"model","parts":[{"text":""}]},"finishReason":"ZORBLED","index":0}],${GEMINI_TAIL}}`,
    ],
    { lineEnd: '\r\n' },
  ),
};

const cohereChat: LagPath = {
  name: 'cohere-chat',
  model: 'cohere/zorble-1',
  path: '/v2/chat',
  request: `{"zorble_mode":${ODD}, "model":"${MODEL}",${STREAM}"messages":[{"role":"user","content":[{"type":"zorble","zorble":${ODD}},{"type":"text","text":"Hi"}]}],"citation_options":{"mode":"ZORBLE"}}`,
  asksStream: '"stream":true,',
  answer: `{"id":"c1","zorble":${ODD},"finish_reason":"ZORBLED","message":{"role":"assistant","content":[{"type":"zorble","zorble":1.0},{"type":"text","text":"Hi"}]},"usage":{"billed_units":{"input_tokens":1,"output_tokens":1},"tokens":{"input_tokens":1,"output_tokens":1},"zorble":3}}`,
  stream: sse(
    [
      `{"id":"c1","type":"message-start","delta":{"message":{"role":"assistant","content":[],"zorble":${ODD}}}}`,
      `{"type":"zorble-start","index":0,"delta":{"zorble":${ODD}}}`,
      `{"type":"content-start","index":0,"delta":{"message":{"content":{"type":"text","text":""}}}}`,
      `{"type":"content-delta","index":0,"delta":{"message":{"content":{"text":"Hi","zorble":1.0}}}}`,
      `{"type":"content-end","index":0}`,
      `{"type":"message-end","delta":{"finish_reason":"ZORBLED","usage":{"billed_units":{"input_tokens":1,"output_tokens":1},"tokens":{"input_tokens":1,"output_tokens":1},"zorble":3}}}`,
    ],
    { named: true },
  ),
};

const LINE_END = `"done":true,"done_reason":"zorbled","prompt_eval_count":1,"eval_count":1,"zorble":${ODD}`;
const lineOf = (content: string): string =>
  `{"model":"${MODEL}","created_at":"2030-01-01T00:00:00Z",${content}}`;

const ollamaChat: LagPath = {
  name: 'ollama-chat',
  model: 'ollama_chat/zorble-1',
  path: '/api/chat',
  request: `{"zorble_mode":${ODD}, "model":"${MODEL}",${STREAM}"messages":[{"role":"user","content":"Hi","zorbles":[${ODD}]}],"options":{"zorble_k":1.0},"keep_alive":"9z"}`,
  asksStream: '"stream":true,',
  answer: lineOf(`"message":{"role":"assistant","content":"Hi","zorble":1.0},${LINE_END}`),
  streamType: 'application/x-ndjson',
  stream: [
    lineOf(`"message":{"role":"assistant","content":"","zorble":${ODD}},"done":false`),
    lineOf(`"zorble":1.0,"message":{"role":"assistant","content":"Hi"},"done":false`),
    lineOf(`"message":{"role":"assistant","content":""},${LINE_END}`),
    '',
  ].join('\n'),
};

const ollamaGenerate: LagPath = {
  name: 'ollama-generate',
  model: 'ollama/zorble-1',
  path: '/api/generate',
  request: `{"zorble_mode":${ODD}, "model":"${MODEL}",${STREAM}"prompt":"Hi","options":{"zorble_k":1.0}}`,
  asksStream: '"stream":true,',
  answer: lineOf(`"response":"Hi",${LINE_END}`),
  streamType: 'application/x-ndjson',
  stream: [
    lineOf(`"response":"Hi","zorble":${ODD},"done":false`),
    lineOf(`"response":"",${LINE_END}`),
    '',
  ].join('\n'),
};

export const CHAT_PATHS: readonly LagPath[] = [
  ...[openAiChat, mistralChat, azureChat, openAiResponses, openAiCompletions, anthropicMessages],
  ...[geminiContent, cohereChat, ollamaChat, ollamaGenerate],
];
