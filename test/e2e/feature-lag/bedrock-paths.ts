import { awsMessage } from '@tollgate/testing';
import { CHAT_PATHS } from './chat-paths.js';
import { MODEL, ODD, STREAM, type LagPath } from './lag-path.js';

const TYPE = 'application/vnd.amazon.eventstream';

const events = (
  type: (line: string) => string,
  lines: readonly string[],
  bodyOf = (line: string) => line,
): Buffer =>
  Buffer.concat(
    lines.map((line) => awsMessage({ ':event-type': type(line), ':message-type': 'event' }, bodyOf(line))),
  );

/** Bedrock's own API: its messages come out as they are, whatever is in them. */
const converse: LagPath = {
  ...{ name: 'bedrock-converse', model: 'bedrock/zorble-1', isNative: true },
  path: `/bedrock/model/${MODEL}/converse`,
  streamPath: `/bedrock/model/${MODEL}/converse-stream`,
  asksWhole: '',
  request: `{"zorbleMode":${ODD}, "messages":[{"role":"user","content":[{"zorble":${ODD}},{"text":"Hi"}]}],"zorbleConfig":{}${STREAM}}`,
  answer: `{"zorble":${ODD},"output":{"message":{"role":"assistant","content":[{"zorble":1.0},{"text":"Hi"}]}},"stopReason":"zorbled","usage":{"inputTokens":1,"outputTokens":1,"totalTokens":2}}`,
  streamType: TYPE,
  stream: [
    'messageStart {"role":"assistant"}',
    `zorbleStart {"zorble":${ODD}}`,
    'contentBlockDelta {"contentBlockIndex":0,"delta":{"text":"Hi","zorble":1.0}}',
    'messageStop {"stopReason":"zorbled"}',
    'metadata {"usage":{"inputTokens":1,"outputTokens":1,"totalTokens":2,"zorbles":3}}',
  ].join('\n'),
  wrapping: {
    type: TYPE,
    wrap: (text) =>
      events(
        (line) => line.slice(0, line.indexOf(' ')),
        text.split('\n'),
        (line) => line.slice(line.indexOf(' ') + 1),
      ),
  },
};

/** Claude's own words, whose events Bedrock wraps: unwrapped they are what Anthropic sends. */
function claude(): LagPath {
  const own = CHAT_PATHS.find(({ name }) => name === 'anthropic-messages');
  if (own === undefined) throw new Error('There is no anthropic-messages');
  const lines = [...(own.stream ?? '').matchAll(/^data: (.*)$/gm)].map(([, data = '']) => data);
  const named = (data: string): string =>
    `event: ${/"type":"(\w+)"/.exec(data)?.[1] ?? ''}\ndata: ${data}\n\n`;
  return {
    ...own,
    ...{ name: 'bedrock-claude', model: 'bedrock/anthropic.zorble-1', header: undefined },
    stream: lines.map(named).join(''),
    wrapping: {
      type: TYPE,
      wrap: (text) =>
        events(
          () => 'chunk',
          [...text.matchAll(/^data: (.*)$/gm)].map(([, data = '']) => data),
          (data) => JSON.stringify({ bytes: Buffer.from(data).toString('base64') }),
        ),
    },
    // The model and the wish for a stream are in the path there, and which of Anthropic's APIs it is in the body.
    arrives: (request) =>
      request
        .replace(/ "model":"[^"]*","stream":(?:true|false),/, '')
        .replace(/\}$/, ',"anthropic_version":"bedrock-2023-05-31"}'),
  };
}

export const BEDROCK_PATHS: readonly LagPath[] = [converse, claude()];
