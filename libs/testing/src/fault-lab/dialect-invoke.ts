import { anthropicDialect } from './dialect-anthropic.js';
import { awsEvent, awsMessage } from './aws-message.js';
import { AWS_STREAM, BEDROCK_ERRORS } from './dialect-converse.js';
import type { Answer } from './answer.js';
import type { DialectWriter, Piece } from './dialect.js';

/** Claude on Bedrock in Anthropic's words: each event is wrapped in a message of AWS's. */
export const invokeDialect: DialectWriter = {
  ...BEDROCK_ERRORS,
  streamType: AWS_STREAM,
  json: (answer) => anthropicDialect.json(answer),
  stream,
  malformed: awsMessage({ ':event-type': 'chunk', ':message-type': 'event' }, '{"bytes":"eyJ0'),
};

function* stream(answer: Answer, withUsage: boolean): Generator<Piece> {
  for (const piece of anthropicDialect.stream(answer, withUsage)) {
    const data = /^data: (.*)$/m.exec(piece.wire.toString())?.[1] ?? '';
    yield { ...piece, wire: awsEvent('chunk', { bytes: Buffer.from(data).toString('base64') }) };
  }
}
