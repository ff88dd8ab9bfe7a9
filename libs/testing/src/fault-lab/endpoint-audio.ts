import { fingerprintOf } from './fingerprint.js';
import { text } from './json.js';
import { tokensOf, type PlainAnswer, type PlainEndpoint } from './plain-endpoint.js';

const BYTES_OF_TOKEN = 100;
const BYTES_OF_SECOND = 1000;

/** OpenAI's speech: bytes that say, to whoever reads them, what they should have said. OpenAI counts no tokens here. */
export const speech: PlainEndpoint = (asked) => {
  const { voice, response_format: format = 'mp3' } = asked;
  const input = text(asked['input']);
  if (input === '') throw new TypeError('input: a text is required');
  return () => ({
    body: Buffer.from(`\u0000lab ${text(format)} ${text(voice)}\u00ff${input}`, 'latin1'),
    contentType: format === 'mp3' ? 'audio/mpeg' : `audio/${text(format)}`,
    promptTokens: tokensOf([input]),
  });
};

/** OpenAI's transcriptions and translations: the lab hears which file it was. */
export const transcriptions: PlainEndpoint = ({ file, response_format: asked }) => {
  if (!Buffer.isBuffer(file)) throw new TypeError('file: a file is required');
  const format = text(asked);
  const seconds = file.length / BYTES_OF_SECOND;
  const promptTokens = Math.ceil(file.length / BYTES_OF_TOKEN);
  return (step) => {
    const heard = step.text ?? `I hear ${fingerprintOf(file)}.`;
    const completionTokens = tokensOf([heard]);
    const counts = { promptTokens, completionTokens };
    const write = TEXTS[format];
    if (write !== undefined)
      return {
        body: Buffer.from(write(heard, seconds)),
        contentType: 'text/plain; charset=utf-8',
        ...counts,
      };
    const details = { duration: seconds, segments: [{ id: 0, start: 0, end: seconds, text: heard }] };
    const body = {
      text: heard,
      ...(format === 'verbose_json' && details),
      ...(step.noUsage !== true && { usage: usageOf(counts) }),
    };
    return { body, ...counts };
  };
};

const usageOf = ({
  promptTokens,
  completionTokens,
}: Required<Pick<PlainAnswer, 'promptTokens' | 'completionTokens'>>) => ({
  type: 'tokens',
  input_tokens: promptTokens,
  input_token_details: { text_tokens: 0, audio_tokens: promptTokens },
  output_tokens: completionTokens,
  total_tokens: promptTokens + completionTokens,
});

/** What is written as a text, which has no place for a count. */
const TEXTS: Readonly<Record<string, (heard: string, seconds: number) => string>> = {
  text: (heard) => `${heard}\n`,
  srt: (heard, seconds) => `1\n00:00:00,000 --> ${clockOf(seconds).replace('.', ',')}\n${heard}\n\n`,
  vtt: (heard, seconds) => `WEBVTT\n\n00:00:00.000 --> ${clockOf(seconds)}\n${heard}\n\n`,
};

const clockOf = (seconds: number): string => `00:00:${seconds.toFixed(3).padStart(6, '0')}`;
