import type { Json } from '@tollgate/dialects';
import { isObject, listOf, parse } from '../checks.js';
import { chatCodec, failureOf } from '../codec-checks.js';
import type { Recording } from '../recordings.js';

const { front, back } = chatCodec('bedrock-converse');

export function checkConverseRequest(recording: Recording): string | null {
  if (recording.url.includes('/invoke')) return 'what Nova is invoked with is passed on as it is';
  const request = parse(recording.request);
  const options = { model: modelOf(recording), stream: false, dropParams: false, defaultMaxTokens: 1 };
  const own = listOf((request['toolConfig'] as Json | undefined)?.['tools']).findIndex(isBedrocksOwn);
  if (own >= 0) {
    const error = failureOf(() => front.toCanonical(request, options));
    expect([error.code, error.options.param]).toEqual(['unsupported_parameter', `toolConfig.tools[${own}]`]);
    return 'a tool that Bedrock runs itself is refused by its name';
  }
  const { body, dropped } = back.fromCanonical(front.toCanonical(request, options), options);
  expect(dropped).toEqual([]);
  expect(meaningOf(body)).toEqual(meaningOf(request));
  checkLax(request, options);
  return null;
}

/** Tools that Bedrock runs itself; its search is OpenAI's too. */
const isBedrocksOwn = ({ systemTool }: Json): boolean =>
  isObject(systemTool) && systemTool['name'] !== 'nova_grounding';

/** Where fields may be dropped, nothing of Bedrock's own is left for other providers. */
function checkLax(request: Json, options: Parameters<typeof front.toCanonical>[1]): void {
  const canonical = front.toCanonical(request, { ...options, dropParams: true });
  expect(Object.keys(canonical).filter((name) => /[A-Z]/.test(name))).toEqual([]);
}

const modelOf = ({ url }: Recording): string => decodeURIComponent(/\/model\/([^/]+)\//.exec(url)?.[1] ?? '');

/**
 * What a request asks for, in one spelling. A tool's result in JSON is a text to a chat, a text of a document its bytes; a choice of
 * `auto` is none; turns of one role are one; nothing is asked by an empty list or object.
 */
function meaningOf(request: Json): Json {
  const { messages, system, toolConfig, outputConfig, ...rest } = request;
  const turns: { role: unknown; content: Json[] }[] = [];
  for (const { role, content } of listOf(messages)) {
    const last = turns.at(-1);
    const blocks = listOf(content).map(blockMeaning);
    if (last !== undefined && last.role === role) last.content.push(...blocks);
    else turns.push({ role, content: blocks });
  }
  return some({
    ...rest,
    messages: turns.map(({ role, content }) => ({ role, content: inOrder(content) })),
    system: listOf(system),
    toolConfig: isObject(toolConfig) ? toolsMeaning(toolConfig) : {},
    outputConfig: isObject(outputConfig) ? formatMeaning(outputConfig) : {},
  });
}

/** Thoughts, then what is said, then calls; the results of tools before the rest: a chat has each in a place of its own. */
const inOrder = (blocks: readonly Json[]): Json[] =>
  blocks.toSorted((left, right) => rankOf(left) - rankOf(right));

function rankOf(block: Json): number {
  if ('reasoningContent' in block) return 0;
  if ('toolResult' in block) return 1;
  return 'toolUse' in block ? 3 : 2;
}

function blockMeaning(block: Json): Json {
  const { toolResult, toolUse, document } = block;
  if (isObject(document)) return { document: documentMeaning(document) };
  if (isObject(toolUse)) return { toolUse: { ...toolUse, type: undefined } };
  if (!isObject(toolResult)) return block;
  const { type: _type, status, ...result } = toolResult;
  const content = listOf(result['content']).map((inner) =>
    inner['json'] === undefined ? blockMeaning(inner) : { text: JSON.stringify(inner['json']) },
  );
  return { toolResult: { ...result, content, ...(status !== undefined && { status }) } };
}

function documentMeaning(document: Json): Json {
  const source = document['source'] as Json;
  const { text } = source;
  return typeof text === 'string'
    ? { ...document, source: { bytes: Buffer.from(text).toString('base64') } }
    : document;
}

function toolsMeaning({ tools, toolChoice, ...rest }: Json): Json {
  const isAuto = isObject(toolChoice) && 'auto' in toolChoice;
  return some({ ...rest, tools: listOf(tools), toolChoice: isAuto ? {} : (toolChoice ?? {}) });
}

/** The schema as what it is, not as the text that it was written as. */
function formatMeaning({ textFormat }: Json): Json {
  const { jsonSchema } = (textFormat as Json)['structure'] as Json;
  const { schema, ...rest } = jsonSchema as Json;
  return { ...rest, schema: parse(String(schema)) };
}

const some = (fields: Json): Json =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => !EMPTY.has(JSON.stringify(value))));

const EMPTY = new Set([undefined, 'null', '[]', '{}']);
