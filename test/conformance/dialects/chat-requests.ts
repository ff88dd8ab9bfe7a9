import { GatewayError } from '@tollgate/contracts';
import { chatToMessages, estimatePromptTokens, messagesToChat, type Json } from '@tollgate/dialects';
import { checkSplice, isObject, listOf, parse } from '../checks.js';
import type { Recording } from '../recordings.js';

export function checkChatRequest(recording: Recording): void {
  const request = parse(recording.request);
  checkSplice(recording.request);
  expect(estimatePromptTokens(request)).toBeGreaterThan(0);
  const { body } = chatToMessages(request, { defaultMaxTokens: 1000, dropParams: true });
  checkAcceptable(body);
  checkStrict(request);
}

export function checkMessagesRequest(recording: Recording): void {
  // On Bedrock the model is in the path.
  const request: Json = { model: 'claude', ...parse(recording.request) };
  checkSplice(recording.request);
  const portable = { ...request, tools: listOf(request['tools']).filter(isPortable) };
  checkRefusesOthers(request);
  const { body } = chatToMessages(messagesToChat(portable), { defaultMaxTokens: 1, dropParams: false });
  checkAcceptable(body);
  expect(turnsOf(body)).toEqual(turnsOf(request));
  expect(toolsOf(body)).toEqual(toolsOf(portable));
  if (request['thinking'] === undefined && request['output_config'] === undefined) {
    expect(body['max_tokens']).toBe(request['max_tokens']);
  }
}

/** Without leave to drop, nothing is refused but a field that is named. */
function checkStrict(request: Json): void {
  try {
    expect(chatToMessages(request, { defaultMaxTokens: 1000, dropParams: false }).body['model']).toBe(
      request['model'],
    );
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    expect(error.code).toBe('unsupported_parameter');
    expect(error.message).toContain(`'${String(error.options.param)}'`);
    expect(error.message).toContain('drop_params');
  }
}

/** What Anthropic refuses outright: blank texts, turns that do not alternate, results without their call. */
function checkAcceptable(body: Json): void {
  expect(body['max_tokens']).toBeGreaterThan(0);
  const turns = listOf(body['messages']);
  expect(turns.length).toBeGreaterThan(0);
  turns.forEach(({ role, content }, index) => {
    expect(role).not.toBe(turns[index - 1]?.['role']);
    expect(listOf(content).length).toBeGreaterThan(0);
    for (const block of listOf(content)) {
      if (block['type'] === 'text') expect(String(block['text']).trim()).not.toBe('');
    }
    const called = listOf(turns[index - 1]?.['content']).filter(({ type }) => type === 'tool_use');
    const answered = listOf(content).filter(({ type }) => type === 'tool_result');
    const ids = new Set(called.map(({ id }) => id));
    expect(answered.filter(({ tool_use_id: id }) => !ids.has(id))).toEqual([]);
  });
}

/** What of a tool has a meaning to every provider. */
const toolsOf = (request: Json): Json[] =>
  listOf(request['tools']).map(({ name, description, input_schema, cache_control }) => ({
    name,
    description,
    input_schema,
    cache_control,
  }));

const isSearch = ({ type }: Json): boolean => String(type).startsWith('web_search_');
const isPortable = ({ type }: Json): boolean => type === undefined || type === 'custom';

function checkRefusesOthers(request: Json): void {
  const place = listOf(request['tools']).findIndex((tool) => !isPortable(tool) && !isSearch(tool));
  if (place < 0) return;
  expect(() => messagesToChat(request)).toThrow(`'tools[${place}]'`);
}

/** Roles and blocks, whichever way they were spelled; blocks of the provider's own tools go no further than Anthropic. */
function turnsOf(request: Json): Json[] {
  const turns: { role: unknown; content: Json[] }[] = [];
  const system: Json[] = blocksOf(request['system']);
  for (const message of listOf(request['messages'])) {
    const content = blocksOf(message['content']);
    if (message['role'] === 'system') system.push(...content);
    else if (turns.at(-1)?.role === message['role']) turns.at(-1)?.content.push(...content);
    else if (content.length > 0) turns.push({ role: message['role'], content });
  }
  return [{ role: 'system', content: system }, ...turns];
}

const SERVER_SIDE = /^server_tool_use$|_tool_result$|^mcp_tool/;

function blocksOf(content: unknown): Json[] {
  if (typeof content === 'string') return content.trim() === '' ? [] : [{ type: 'text', text: content }];
  return listOf(content)
    .filter(
      ({ type, text }) => !SERVER_SIDE.test(String(type)) && (type !== 'text' || String(text).trim() !== ''),
    )
    .map((block) => {
      const { is_error: isError, content: inner, caller: _caller, ...rest } = block;
      return {
        ...rest,
        ...(isError === true && { is_error: true }),
        ...((Array.isArray(inner) || typeof inner === 'string') && { content: blocksOf(inner) }),
      };
    })
    .filter(isObject);
}
