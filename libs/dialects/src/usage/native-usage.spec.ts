import { NO_USAGE } from '@tollgate/contracts';
import { usageOfChat } from './chat-usage.js';
import { usageOfCohere } from './cohere-usage.js';
import { usageOfConverse } from './converse-usage.js';
import { usageOfGemini } from './gemini-usage.js';
import { serviceTierOf } from './service-tier.js';

describe('Gemini', () => {
  it("has thoughts beside the answer, the tools' part beside the prompt, and cached tokens in it", () => {
    const raw = {
      promptTokenCount: 100,
      cachedContentTokenCount: 40,
      toolUsePromptTokenCount: 7,
      candidatesTokenCount: 20,
      thoughtsTokenCount: 30,
      totalTokenCount: 157,
    };
    expect(usageOfGemini(raw)).toEqual({ ...NO_USAGE, input: 67, cacheRead: 40, output: 20, reasoning: 30 });
  });

  it('tells modalities, of what was cached too', () => {
    const raw = {
      promptTokenCount: 100,
      cachedContentTokenCount: 30,
      promptTokensDetails: [
        { modality: 'TEXT', tokenCount: 40 },
        { modality: 'AUDIO', tokenCount: 35 },
        { modality: 'IMAGE', tokenCount: 25 },
      ],
      cacheTokensDetails: [{ modality: 'AUDIO', tokenCount: 30 }],
      candidatesTokenCount: 1_300,
      candidatesTokensDetails: [{ modality: 'IMAGE', tokenCount: 1_290 }],
    };
    expect(usageOfGemini(raw)).toEqual({
      ...NO_USAGE,
      ...{ input: 40, cacheRead: 30, audioInput: 5, imageInput: 25, output: 10, imageOutput: 1_290 },
    });
  });
});

it("Bedrock's Converse has disjoint counts, and tells what was written for an hour", () => {
  const raw = {
    inputTokens: 3,
    outputTokens: 5,
    cacheReadInputTokens: 70,
    cacheWriteInputTokens: 40,
    cacheDetails: [
      { ttl: '5m', inputTokens: 30 },
      { ttl: '1h', inputTokens: 10 },
    ],
  };
  const cached = { cacheRead: 70, cacheWrite5m: 30, cacheWrite1h: 10 };
  expect(usageOfConverse(raw)).toEqual({ ...NO_USAGE, input: 3, ...cached, output: 5 });
});

it('Cohere is billed by its billed units', () => {
  const tokens = { input_tokens: 600, output_tokens: 40 };
  const billed = { input_tokens: 9, output_tokens: 38 };
  expect(usageOfCohere({ billed_units: billed, tokens })).toEqual({ ...NO_USAGE, input: 9, output: 38 });
  expect(usageOfCohere({ tokens, cached_tokens: 500 })).toEqual({
    ...NO_USAGE,
    ...{ input: 100, cacheRead: 500, output: 40 },
  });
});

it('what holds no count is no usage', () => {
  for (const read of [usageOfGemini, usageOfConverse, usageOfCohere]) {
    for (const raw of [null, 'x', 7, [], {}, { billed_units: {} }]) expect(read(raw)).toBeNull();
  }
});

describe('an OpenAI-shaped usage', () => {
  it('may tell tokens of images, of which cached ones are none', () => {
    const raw = {
      input_tokens: 100,
      output_tokens: 50,
      input_tokens_details: { cached_tokens: 30, image_tokens: 80 },
      output_tokens_details: { image_tokens: 45 },
    };
    const counts = { input: 0, cacheRead: 30, imageInput: 70, output: 5, imageOutput: 45 };
    expect(usageOfChat(raw)).toEqual({ ...NO_USAGE, ...counts });
  });

  it("may tell xAI's searches", () => {
    const tools = { web_search_calls: 2, x_search_calls: 3, file_search_calls: 4 };
    const raw = { prompt_tokens: 1, completion_tokens: 1, server_side_tool_usage_details: tools };
    expect(usageOfChat(raw)).toMatchObject({ searches: 5, fileSearches: 4 });
  });
});

it('a service tier is one of those with prices of their own, or the standard one', () => {
  expect(['batch', 'flex', 'priority', 'fast'].map(serviceTierOf)).toEqual([
    'batch',
    'flex',
    'priority',
    'fast',
  ]);
  for (const told of ['default', 'standard', 'on_demand', 'auto', undefined, null, 3]) {
    expect(serviceTierOf(told)).toBeNull();
  }
});
