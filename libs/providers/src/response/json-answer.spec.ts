import { NO_USAGE, type Dialect } from '@tollgate/contracts';
import type { Json } from '@tollgate/dialects';
import { jsonAnswer } from './json-answer.js';

const SOURCE = { label: 'OpenAI', secrets: [] };

describe('an answer that is passed on without a codec', () => {
  const usageOf = (dialect: Dialect, usage: Json): unknown => {
    const body = Buffer.from(JSON.stringify({ usage }));
    const { data, progress } = jsonAnswer(body, {
      ...{ from: dialect, to: dialect },
      model: 'm',
      source: SOURCE,
    });
    expect(data).toBe(body);
    expect(progress.rawUsage).toEqual(usage);
    return progress.usage;
  };

  it('is billed by the tokens that it tells', () => {
    const details = { text_tokens: 2, image_tokens: 3 };
    expect(
      usageOf('openai-image-edits', { input_tokens: 5, input_tokens_details: details, output_tokens: 16 }),
    ).toEqual({ ...NO_USAGE, input: 2, imageInput: 3, output: 16 });
    expect(
      usageOf('openai-transcriptions', {
        ...{ type: 'tokens', input_tokens: 7, output_tokens: 4, total_tokens: 11 },
        input_token_details: { text_tokens: 0, audio_tokens: 7 },
      }),
    ).toEqual({ ...NO_USAGE, audioInput: 7, output: 4 });
  });

  it('is billed otherwise where it tells none', () => {
    expect(usageOf('openai-transcriptions', { type: 'duration', seconds: 7 })).toBeNull();
  });
});
