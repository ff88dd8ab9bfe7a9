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

/** Gemini's generateContent. */
export const geminiFront: Front = {
  name: 'Gemini',
  stops: { text: 'STOP', tools: 'STOP' },
  request: (model, ask) => ({
    path: `/v1beta/models/${model}:${ask.stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
    body: bodyOf(ask),
  }),
  goOn({ path, body }, answer, result) {
    const content = record(records(answer['candidates'])[0]?.['content']);
    const parts = records(content['parts'])
      .filter(({ functionCall: call }) => call !== undefined)
      .map(({ functionCall: call }) => {
        const { id, name } = record(call);
        return { functionResponse: { ...(id !== undefined && { id }), name, response: { result } } };
      });
    const turns = [content, { role: 'user', parts }];
    return { path, body: { ...body, contents: [...records(body['contents']), ...turns] } };
  },
  whole: (answer) => said([answer]),
  streamed: (events) => said(events.map(({ data }) => data)),
  refusal: { error: { code: 429, status: 'RESOURCE_EXHAUSTED', message: expect.any(String) } },
  isErrorEvent: ({ data }) => 'error' in data,
  isCleanEnd: ({ data }) =>
    records(data['candidates']).some(({ finishReason }) => finishReason !== undefined),
};

function bodyOf(ask: Ask): Json {
  const inlineData = { mimeType: 'image/png', data: ask.image };
  const config = {
    ...(ask.isStructured === true && { responseMimeType: 'application/json', responseJsonSchema: TRIP }),
    ...(ask.isReasoned === true && { thinkingConfig: { includeThoughts: true, thinkingBudget: 1024 } }),
  };
  return {
    contents: [
      { role: 'user', parts: [{ text: ask.text }, ...(ask.image === undefined ? [] : [{ inlineData }])] },
    ],
    ...(Object.keys(config).length > 0 && { generationConfig: config }),
    ...(ask.tools && {
      tools: [{ functionDeclarations: ask.tools.map((name) => ({ name, parametersJsonSchema: CITY })) }],
    }),
  };
}

/** Every event of a stream is an answer; the last has the reason and the usage. */
function said(answers: readonly Json[]): Said {
  const candidates = answers.flatMap((answer) => records(answer['candidates']));
  const parts = candidates.flatMap(({ content }) => records(record(content)['parts']));
  const usage = record(answers.at(-1)?.['usageMetadata']);
  return {
    text: joined(
      parts.filter(({ thought }) => thought !== true),
      'text',
    ),
    thoughts: joined(
      parts.filter(({ thought }) => thought === true),
      'text',
    ),
    calls: parts
      .filter(({ functionCall }) => functionCall !== undefined)
      .map(({ functionCall }) => record(functionCall))
      .map(({ id, name, args }) => ({ id: textOf(id), name: textOf(name), arguments: args })),
    stop: candidates.at(-1)?.['finishReason'],
    inputTokens: usage['promptTokenCount'],
    outputTokens: Number(usage['candidatesTokenCount'] ?? 0) + Number(usage['thoughtsTokenCount'] ?? 0),
  };
}
