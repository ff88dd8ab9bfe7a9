import { NO_USAGE } from '@tollgate/contracts';
import { RealtimeMeter } from './realtime-meter.js';

const see = (meter: RealtimeMeter, event: object): boolean => meter.see(Buffer.from(JSON.stringify(event)));

const USAGE = {
  total_tokens: 253,
  input_tokens: 132,
  output_tokens: 121,
  input_token_details: {
    text_tokens: 100,
    audio_tokens: 32,
    image_tokens: 0,
    cached_tokens: 64,
    cached_tokens_details: { text_tokens: 60, audio_tokens: 4, image_tokens: 0 },
  },
  output_token_details: { text_tokens: 30, audio_tokens: 91 },
};

const done = (id: string): object => ({ type: 'response.done', response: { id, usage: USAGE } });

describe('the meter of a realtime session', () => {
  it('adds up what the responses used, in disjoint counts', () => {
    const meter = new RealtimeMeter();
    expect(see(meter, { type: 'session.created', session: { id: 'sess_1' } })).toBe(false);
    expect(meter.usage).toEqual(NO_USAGE);
    for (const id of ['resp_1', 'resp_2']) {
      see(meter, { type: 'response.created', response: { id } });
      expect(meter.finished).toBe(false);
      expect(see(meter, done(id))).toBe(true);
    }
    expect(meter.finished).toBe(true);
    expect(meter.responseId).toBe('sess_1');
    expect(meter.usage).toEqual({
      ...NO_USAGE,
      ...{ input: 80, audioInput: 56, cacheRead: 128, output: 60, audioOutput: 182 },
    });
    expect(meter.rawUsage).toMatchObject({ total_tokens: 506, output_token_details: { audio_tokens: 182 } });
  });

  it('estimates a response that is under way by the last prompt and what has come of it', () => {
    const meter = new RealtimeMeter();
    see(meter, done('resp_1'));
    see(meter, { type: 'response.created', response: { id: 'resp_2' } });
    const response_id = 'resp_2';
    see(meter, { type: 'response.output_audio.delta', response_id, delta: 'A'.repeat(32_000) });
    see(meter, { type: 'response.output_audio_transcript.delta', response_id, delta: 'a'.repeat(40) });
    see(meter, { type: 'response.audio.delta', response_id, delta: 'A'.repeat(3_200) });
    see(meter, { type: 'response.function_call_arguments.delta', response_id, delta: '{"a":1}.' });
    expect(meter.usage).toMatchObject({ input: 80, audioInput: 56, cacheRead: 128 });
    expect(meter.usage).toMatchObject({ output: 30 + 12, audioOutput: 91 + 11 });
    see(meter, { type: 'response.done', response: { id: 'resp_2', status: 'failed', usage: null } });
    expect(meter.usage).toMatchObject({ output: 30, audioOutput: 91 });
  });

  it('keeps what transcripts cost apart, with their model', () => {
    const meter = new RealtimeMeter();
    const type = 'conversation.item.input_audio_transcription.completed';
    const transcription = { model: 'gpt-4o-transcribe' };
    see(meter, { type: 'session.updated', session: { audio: { input: { transcription } } } });
    const tokens = {
      type: 'tokens',
      input_tokens: 14,
      output_tokens: 5,
      input_token_details: { audio_tokens: 14 },
    };
    see(meter, { type, usage: tokens });
    see(meter, { type, usage: { type: 'duration', seconds: 3 } });
    see(meter, { type, usage: { type: 'duration', seconds: 4 } });
    expect(meter.usage).toEqual(NO_USAGE);
    expect(meter.transcriptModel).toBe('gpt-4o-transcribe');
    expect(meter.transcripts.usage).toMatchObject({ audioInput: 14, output: 5, pieces: { seconds: 7 } });
  });

  it('takes anything', () => {
    const meter = new RealtimeMeter();
    for (const text of [
      '',
      'null',
      '[]',
      '{"type":7}',
      '{"type":"response.done"}',
      '{"type":"session.created","session":1}',
    ])
      expect(() => meter.see(Buffer.from(text))).not.toThrow();
    see(meter, { type: 'response.done', response: { usage: { input_tokens: -4, output_tokens: 'x' } } });
    expect(meter.usage).toEqual(NO_USAGE);
  });
});
