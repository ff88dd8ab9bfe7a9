import { GatewayError, type Dialect } from '@tollgate/contracts';
import { codecOf, type AnswerOptions, type StreamDecoder, type StreamEncoder } from '@tollgate/dialects';
import { chatPassThrough, messagePassThrough, plainPassThrough } from './pass-through-relay.js';
import type { RelayOptions } from './relay-options.js';
import type { StreamRelay } from './stream-relay.js';
import { translatingRelay } from './translating-relay.js';
import { uncodedPassThrough } from './uncoded-relay.js';

/** A relay for one stream from a provider's dialect to a client's. */
export function relayFor(from: Dialect, to: Dialect, options: RelayOptions): StreamRelay {
  if (from !== to) {
    const answer = answerOptions(to, options);
    return translatingRelay(decoderOf(from, answer), encoderOf(to, answer), options.source);
  }
  if (from === 'openai-chat') return chatPassThrough(options);
  if (from === 'anthropic-messages') return messagePassThrough(options);
  if (codecOf(from) === undefined) return uncodedPassThrough(options);
  return plainPassThrough(decoderOf(from, answerOptions(to, options)), from, options);
}

/** Only OpenAI's clients say whether they want the usage: the others' streams always tell it. */
function answerOptions(to: Dialect, { model, includeUsage, request = {} }: RelayOptions): AnswerOptions {
  const created = Math.floor(Date.now() / 1_000);
  const asks = to === 'openai-chat' || to === 'openai-completions';
  return { model, created, includeUsage: asks ? includeUsage : true, request };
}

function decoderOf(dialect: Dialect, options: AnswerOptions): StreamDecoder {
  const decoder = codecOf(dialect)?.back?.stream?.(options);
  if (decoder === undefined) throw noStreams(dialect);
  return decoder;
}

function encoderOf(dialect: Dialect, options: AnswerOptions): StreamEncoder {
  const encoder = codecOf(dialect)?.front?.stream?.(options);
  if (encoder === undefined) throw noStreams(dialect);
  return encoder;
}

const noStreams = (dialect: Dialect): GatewayError =>
  new GatewayError('invalid_request', `${dialect} has no streamed answers: leave out 'stream'`, {
    param: 'stream',
  });
