import { GatewayError } from '@tollgate/contracts';
import { codecOf, type Back, type Front, type Json } from '@tollgate/dialects';
import { checkSplice, isObject, listOf, parse } from '../checks.js';
import type { Recording } from '../recordings.js';

const { front, back } = codecOf('openai-responses') as { front: Required<Front>; back: Required<Back> };

/** What only OpenAI's own store, tools and cache know, and is refused by its name. */
const REFUSED =
  /'(?:previous_response_id|prompt|conversation|background|truncation|context_management|max_tool_calls|tools\[\d+\](?:\.filters)?|tool_choice|input\[\d+\](?:\.\w+)*)'/;

export function checkResponsesRequest(recording: Recording): string | null {
  const request = parse(recording.request);
  checkSplice(recording.request);
  const canonical = checkStrict(request);
  if (canonical === null) return "what only OpenAI's store, tools and cache know is refused by its name";
  const { body, dropped } = back.fromCanonical(canonical, optionsOf(request));
  expect(dropped).toEqual([]);
  expect(meaningOf(body)).toEqual(meaningOf(request));
  return null;
}

const modelOf = (request: Json): string =>
  typeof request['model'] === 'string' ? request['model'] : 'gpt-5';
const optionsOf = (request: Json) => ({
  model: modelOf(request),
  stream: request['stream'] === true,
  dropParams: false,
  defaultMaxTokens: 1,
});

/** Null for what is refused; then the field is named, and all the rest goes through where fields may be dropped. */
function checkStrict(request: Json): Json | null {
  try {
    return front.toCanonical(request, optionsOf(request));
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    expect(error.code).toBe('unsupported_parameter');
    expect(error.message).toMatch(REFUSED);
    const lax = { ...optionsOf(request), dropParams: true };
    expect(back.fromCanonical(front.toCanonical(request, lax), lax).body['model']).toBe(modelOf(request));
    return null;
  }
}

/**
 * What a request asks for, whichever way it is spelled. Left out is what a chat has no place for and the answer does not depend on:
 * ids of items, storage and cache, how much is told of the thoughts, what is included beside the answer, the bound of tools that are
 * not there.
 */
function meaningOf(request: Json): Json {
  const { instructions, input, tools, reasoning, text, stream, service_tier: tier, ...rest } = request;
  const {
    include: _include,
    store: _store,
    prompt_cache_options: _cache,
    max_tool_calls: _calls,
    ...fields
  } = rest;
  const effort = isObject(reasoning) ? (reasoning['effort'] ?? undefined) : undefined;
  const system =
    typeof instructions === 'string' && instructions !== ''
      ? [{ role: 'system', content: instructions }]
      : [];
  const items = typeof input === 'string' ? [{ role: 'user', content: input }] : listOf(input);
  return withoutNulls({
    ...fields,
    input: [...system, ...items].map(itemMeaning).filter((item) => item !== null),
    tools: listOf(tools).map(toolMeaning),
    effort,
    text: isObject(text) && !isPlainText(text) ? text : undefined,
    stream: stream === true,
    service_tier: tier === 'auto' ? undefined : tier,
  });
}

const isPlainText = (text: Json): boolean =>
  text['verbosity'] === undefined && isObject(text['format']) && text['format']['type'] === 'text';

const OWN_TOOLS = /^(?:web_search|file_search|code_interpreter|image_generation|mcp|tool_search)_/;

function itemMeaning(item: Json): Json | null {
  const {
    id: _id,
    status: _status,
    phase: _phase,
    type = 'message',
    content,
    output,
    namespace: _namespace,
    ...rest
  } = item;
  if (type === 'reasoning') {
    const texts = [...listOf(item['summary']), ...listOf(content)].map((part) => part['text']);
    // What is not encrypted is no use to anyone who keeps nothing.
    const encrypted = item['encrypted_content'] ?? null;
    return encrypted === null ? null : { type, texts, encrypted };
  }
  // What OpenAI's own tools did means nothing to another provider.
  if ((type === 'message' && content === '') || OWN_TOOLS.test(String(type))) return null;
  return {
    type,
    ...rest,
    ...(content !== undefined && { content: contentMeaning(content) }),
    ...(output !== undefined && { output: contentMeaning(output) }),
  };
}

function contentMeaning(content: unknown): unknown {
  if (!Array.isArray(content)) return content;
  const parts = listOf(content).map(
    ({ annotations: _annotations, prompt_cache_breakpoint: _mark, ...part }) => part,
  );
  const [only] = parts;
  return parts.length === 1 && /^(in|out)put_text$/.test(String(only?.['type'])) ? only?.['text'] : parts;
}

function toolMeaning(tool: Json): Json {
  if (tool['type'] !== 'function') return tool;
  return withoutNulls({ ...tool, strict: tool['strict'] ?? false });
}

const withoutNulls = (fields: Json): Json =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null));
