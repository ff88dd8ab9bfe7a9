import { NO_USAGE } from '@tollgate/contracts';
import { SseDecoder } from '@tollgate/dialects';
import { relayFor } from './relay-for.js';

const event = (payload: object): string => `event: x\ndata: ${JSON.stringify(payload)}\n\n`;
const OPTIONS = { model: 'm', includeUsage: false, source: { label: 'OpenAI', secrets: [] } };

/** What a caller gets of a stream, and what is known of it then. */
function relayed(text: string) {
  const relay = relayFor('openai-transcriptions', 'openai-transcriptions', OPTIONS);
  const parts = new SseDecoder().push(Buffer.from(text)).map((own) => relay.push(own));
  const { usage, characters, started, finished } = relay.observer;
  return {
    bytes: Buffer.concat(parts.filter((part) => part !== null)).toString(),
    usage,
    characters,
    started,
    finished,
  };
}

describe('a stream of a dialect without a codec', () => {
  const delta = event({ type: 'transcript.text.delta', delta: 'Good day' });

  it('passes as it is, and is billed by what its last event tells', () => {
    const usage = { input_tokens: 7, input_token_details: { audio_tokens: 7 }, output_tokens: 4 };
    const text = `: hm\n\n${delta}${event({ type: 'transcript.text.done', text: 'Good day', usage })}`;
    expect(relayed(text)).toEqual({
      ...{ bytes: text, characters: 8, started: true, finished: true },
      usage: { ...NO_USAGE, audioInput: 7, output: 4 },
    });
  });

  it('is not whole before', () => {
    expect(relayed(`: hm\n\n`)).toMatchObject({ started: false });
    expect(relayed(delta)).toMatchObject({ started: true, finished: false, usage: null });
  });

  it('ends with the provider’s error', () => {
    expect(() => relayed(event({ type: 'error', error: { message: 'overloaded' } }))).toThrow('overloaded');
  });
});
