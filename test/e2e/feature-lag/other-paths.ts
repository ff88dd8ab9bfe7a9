import { MODEL, ODD, STREAM, sse, type LagPath } from './lag-path.js';

const openAi = (name: string, path: string, request: string, answer: string): LagPath => ({
  ...{ name, model: 'openai/zorble-1', base: '/v1', path: `/v1/${path}`, request, answer },
  header: ['openai-beta', 'zorble=v9'],
});

const EMBEDDINGS = openAi(
  'openai-embeddings',
  'embeddings',
  `{"zorble_mode":${ODD},"model":"${MODEL}", "input":["Hi"],"encoding_format":"zorble8"}`,
  `{"object":"list","zorble":${ODD},"data":[{"object":"embedding","index":0,"embedding":[0.10,-2e-3],"zorble":1.0}],"model":"${MODEL}","usage":{"prompt_tokens":1,"total_tokens":1,"zorble_tokens":3}}`,
);

const MODERATIONS = openAi(
  'openai-moderations',
  'moderations',
  `{"zorble_mode":${ODD},"model":"${MODEL}", "input":[{"type":"zorble","zorble":1.0},{"type":"text","text":"Hi"}]}`,
  `{"id":"modr-1","model":"${MODEL}","zorble":${ODD},"results":[{"flagged":false,"categories":{"zorble":false},"category_scores":{"zorble":1e-9}}]}`,
);

const IMAGE_USAGE = '"usage":{"input_tokens":1,"output_tokens":1,"total_tokens":2,"zorble_tokens":3}';

const IMAGES: LagPath = {
  ...openAi(
    'openai-images',
    'images/generations',
    `{"zorble_mode":${ODD},"model":"${MODEL}",${STREAM} "prompt":"Hi","size":"zorble","quality":"zorbled"}`,
    `{"created":1,"zorble":${ODD},"data":[{"b64_json":"aGk=","zorble":1.0}],${IMAGE_USAGE}}`,
  ),
  asksStream: '"stream":true,"partial_images":1,',
  stream: sse(
    [
      `{"type":"image_generation.partial_image","partial_image_index":0,"b64_json":"aA==","zorble":${ODD}}`,
      `{"type":"image_generation.zorble","zorble":1.0}`,
      `{"type":"image_generation.completed","b64_json":"aGk=",${IMAGE_USAGE}}`,
    ],
    { named: true },
  ),
};

const SPEECH: LagPath = {
  ...openAi(
    'openai-speech',
    'audio/speech',
    `{"zorble_mode":${ODD},"model":"${MODEL}", "input":"Hi","voice":{"zorble":1.0},"response_format":"zrb"}`,
    'ZRB1\u0000\u0001 no text at all \n\n',
  ),
  answerType: 'audio/zrb',
};

const BOUNDARY = 'zorble-boundary';
const part = (headers: string, body: string): string =>
  `--${BOUNDARY}\r\nContent-Disposition: form-data; ${headers}\r\n\r\n${body}\r\n`;

const HEARD = '"text":"Hi","usage":{"type":"zorbles","zorbles":3}';

const TRANSCRIPTIONS: LagPath = {
  ...openAi(
    'openai-transcriptions',
    'audio/transcriptions',
    [
      part('name="zorble_mode"', ODD),
      part('name="model"', MODEL),
      part('name="file"; filename="hi.zrb"; zorble="1"\r\nContent-Type: audio/zrb', 'ZRB1\u0000\u0001'),
      STREAM,
      part('name="response_format"', 'json'),
      `--${BOUNDARY}--\r\n`,
    ].join(''),
    `{"zorble":${ODD},${HEARD}}`,
  ),
  contentType: `multipart/form-data; boundary=${BOUNDARY}`,
  asksStream: part('name="stream"', 'true'),
  asksWhole: part('name="stream"', 'false'),
  stream: sse(
    [
      '{"type":"transcript.text.delta","delta":"Hi"}',
      `{"type":"transcript.zorble.delta","zorble":${ODD}}`,
      `{"type":"transcript.text.done",${HEARD}}`,
    ],
    { named: true },
  ),
};

const cohere = (name: string, path: string, request: string, answer: string): LagPath => ({
  ...{ name, model: 'cohere/zorble-1', path, request, answer },
});

const COHERE_EMBED = cohere(
  'cohere-embed',
  '/v2/embed',
  `{"zorble_mode":${ODD},"model":"${MODEL}", "texts":["Hi"],"input_type":"zorble","embedding_types":["zorble8"]}`,
  `{"id":"e1","zorble":${ODD},"embeddings":{"zorble8":[[1.0]]},"texts":["Hi"],"meta":{"billed_units":{"input_tokens":1,"zorbles":3}}}`,
);

const COHERE_RERANK = cohere(
  'cohere-rerank',
  '/v2/rerank',
  `{"zorble_mode":${ODD},"model":"${MODEL}", "query":"Hi","documents":["Hi",{"zorble":1.0}]}`,
  `{"id":"k1","zorble":${ODD},"results":[{"index":0,"relevance_score":0.10,"zorble":1.0}],"meta":{"billed_units":{"search_units":1}}}`,
);

const OLLAMA_EMBED: LagPath = {
  name: 'ollama-embed',
  model: 'ollama/zorble-1',
  path: '/api/embed',
  request: `{"zorble_mode":${ODD},"model":"${MODEL}", "input":["Hi"],"options":{"zorble":1.0}}`,
  answer: `{"model":"${MODEL}","zorble":${ODD},"embeddings":[[0.10]],"prompt_eval_count":1}`,
};

const gemini = (method: string, request: string, answer: string): LagPath => ({
  name: `gemini-${method}`,
  model: 'gemini/zorble-1',
  path: `/v1beta/models/${MODEL}:${method}`,
  header: ['x-goog-zorble', 'v9'],
  ...{ request, answer },
});

const GEMINI = [
  gemini(
    'embedContent',
    `{"zorbleMode":${ODD}, "content":{"parts":[{"text":"Hi","zorble":1.0}]},"taskType":"ZORBLE"}`,
    `{"zorble":${ODD},"embedding":{"values":[0.10],"zorble":1.0}}`,
  ),
  gemini(
    'countTokens',
    `{"zorbleMode":${ODD}, "contents":[{"role":"user","parts":[{"zorble":1.0},{"text":"Hi"}]}]}`,
    `{"zorble":${ODD},"totalTokens":1}`,
  ),
];

const ANTHROPIC_COUNT: LagPath = {
  name: 'anthropic-count-tokens',
  model: 'anthropic/zorble-1',
  path: '/v1/messages/count_tokens',
  header: ['anthropic-beta', 'zorble-2030-01-01'],
  request: `{"zorble_mode":${ODD},"model":"${MODEL}", "messages":[{"role":"user","content":[{"type":"zorble"},{"type":"text","text":"Hi"}]}]}`,
  answer: `{"input_tokens":1,"zorble":${ODD}}`,
};

export const OTHER_PATHS: readonly LagPath[] = [
  ...[EMBEDDINGS, MODERATIONS, IMAGES, SPEECH, TRANSCRIPTIONS],
  ...[COHERE_EMBED, COHERE_RERANK, OLLAMA_EMBED, ...GEMINI, ANTHROPIC_COUNT],
];
