import { boundaryOf, scanMultipart } from '@tollgate/dialects';
import { mockedCall, type MockedCall } from '../_mocked-call.js';

const SOUND = Buffer.from([0, 255, 13, 10, 1]);

const json = (body: object): MockedCall => ({
  body: Buffer.from(JSON.stringify({ model: 'seen', ...body })),
});

const part = (name: string, text: string): string =>
  `--B\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${text}\r\n`;
const FILE_HEAD =
  '--B\r\ncontent-disposition: form-data; name="file"; filename="a.mp3"\r\ncontent-type: audio/mpeg\r\n\r\n';

function form(fields: Readonly<Record<string, string>>): MockedCall {
  const texts = Object.entries({ model: 'seen', ...fields }).map(([name, text]) => part(name, text));
  const body = Buffer.concat([Buffer.from(texts.join('') + FILE_HEAD), SOUND, Buffer.from('\r\n--B--\r\n')]);
  return { body, contentType: 'multipart/form-data; boundary=B' };
}

describe("ElevenLabs' speech", () => {
  it('has the voice in the path and comes back as it is', async () => {
    const asked = json({ input: 'Hi', voice: 'v/1', response_format: 'pcm', speed: 1.1, seed: 7 });
    const { path, headers, sent, data, contentType } = await mockedCall(
      'elevenlabs',
      'openai-speech',
      asked,
      SOUND,
    );
    expect(path).toBe('/v1/text-to-speech/v%2F1?output_format=pcm_24000');
    expect(headers).toMatchObject({ 'xi-api-key': 'sk-test', 'content-type': 'application/json' });
    expect(JSON.parse(sent.toString())).toEqual({
      ...{ text: 'Hi', model_id: 'own', seed: 7 },
      voice_settings: { speed: 1.1 },
    });
    expect([data.equals(SOUND), contentType]).toEqual([true, 'audio/mpeg']);
  });

  it.each([
    ['instructions', { instructions: 'whisper' }],
    ['response_format', { response_format: 'flac' }],
  ])('refuses %s by name', async (param, fields) => {
    const asked = mockedCall(
      'elevenlabs',
      'openai-speech',
      json({ input: 'Hi', voice: 'v', ...fields }),
      SOUND,
    );
    await expect(asked).rejects.toMatchObject({ code: 'unsupported_parameter', options: { param } });
  });
});

describe('transcriptions', () => {
  it("of ElevenLabs are OpenAI's form with other names", async () => {
    const asked = form({ language: 'de', response_format: 'json' });
    const { path, headers, sent, data } = await mockedCall('elevenlabs', 'openai-transcriptions', asked, {
      text: 'Hallo',
      words: [],
    });
    expect(path).toBe('/v1/speech-to-text');
    const parts = scanMultipart(sent, boundaryOf(headers['content-type']!)!);
    expect(parts.map(({ name, start, end }) => [name, sent.toString('latin1', start, end)])).toEqual([
      ['file', SOUND.toString('latin1')],
      ['model_id', 'own'],
      ['language_code', 'de'],
    ]);
    expect(JSON.parse(data.toString())).toMatchObject({ text: 'Hallo' });
  });

  it('of Deepgram are the file alone, with all else in the query', async () => {
    const alternatives = [{ transcript: 'Hallo' }, { transcript: 'Halo' }];
    const reply = { metadata: { duration: 1.5 }, results: { channels: [{ alternatives }] } };
    const asked = form({ language: 'de', smart_format: 'true' });
    const { path, headers, sent, data } = await mockedCall('deepgram', 'openai-transcriptions', asked, reply);
    expect(path).toBe('/v1/listen?model=own&language=de&smart_format=true');
    expect(headers).toMatchObject({ authorization: 'Token sk-test', 'content-type': 'audio/mpeg' });
    expect(sent.equals(SOUND)).toBe(true);
    expect(JSON.parse(data.toString())).toEqual({ text: 'Hallo', duration: 1.5 });
  });

  it.each(['elevenlabs', 'deepgram'])('of %s in another form are refused', async (name) => {
    const asked = mockedCall(name, 'openai-transcriptions', form({ response_format: 'srt' }), {});
    await expect(asked).rejects.toMatchObject({
      code: 'unsupported_parameter',
      options: { param: 'response_format' },
    });
  });

  it('of Deepgram without words are no answer', async () => {
    const asked = mockedCall('deepgram', 'openai-transcriptions', form({}), { err_msg: 'x' });
    await expect(asked).rejects.toMatchObject({ code: 'upstream_invalid_response' });
  });
});
