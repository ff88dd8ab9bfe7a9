import { CHAT_PATHS } from './chat-paths.js';
import { MODEL, ODD, type LagPath } from './lag-path.js';

/**
 * A provider's own API below its name: what is asked there in a dialect that Tollgate reads for the bill, it only reads.
 * NOTE `/openai/v1/responses` and `/anthropic/v1/messages` are doors to the gateway's models, at which SDKs call them too.
 */
function native(prefix: string, name: string): LagPath {
  const path = CHAT_PATHS.find((own) => own.name === name);
  if (path === undefined) throw new Error(`There is no ${name}`);
  const streamPath = path.streamPath === undefined ? {} : { streamPath: `/${prefix}${path.streamPath}` };
  return {
    ...path,
    ...streamPath,
    name: `${prefix}-${name}`,
    path: `/${prefix}${path.path}`,
    isNative: true,
  };
}

/** An endpoint that the provider may open tomorrow, whose bodies are not even JSON. */
const tomorrow = (prefix: string): LagPath => ({
  ...{ name: `${prefix}-zorble`, model: `${prefix}/zorble-1`, isNative: true },
  path: `/${prefix}/v9/zorbles/${MODEL}:zorble?zorble=1.0&zorble=%7B%7D`,
  header: ['x-zorble-beta', 'zorble-2030-01-01'],
  contentType: 'application/zorble',
  request: `zorble\r\n${ODD}\u0000\u0001`,
  answerType: 'application/zorble',
  answer: `zorbled\r\n${ODD}\u0000\u0001`,
});

export const NATIVE_PATHS: readonly LagPath[] = [
  native('openai', 'openai-chat'),
  native('gemini', 'gemini-content'),
  native('cohere', 'cohere-chat'),
  native('mistral', 'openai-chat'),
  ...['openai', 'anthropic', 'gemini', 'cohere', 'mistral'].map(tomorrow),
];

/** Where the providers of these paths are. */
export const nativeVariables = (url: string): Record<string, string> =>
  Object.fromEntries(
    ['OPENAI', 'ANTHROPIC', 'GEMINI', 'COHERE', 'MISTRAL'].flatMap((name) => [
      [`${name}_API_BASE`, url],
      [`${name}_API_KEY`, 'sk-zorble'],
    ]),
  );
