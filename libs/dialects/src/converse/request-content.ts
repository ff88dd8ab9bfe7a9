import { isObject, objectAt, optionalString, stringAt, wordOf, type Json } from '../json/json.js';
import { present } from '../json/present.js';
import type { Refusals } from '../refusals.js';
import { documentOf, type DocumentNames } from './request-documents.js';
import { mediaOf, mediaOfUrl } from './media.js';

export interface ContentContext {
  readonly refusals: Refusals;
  readonly cachesPrompts: boolean;
  readonly documentNames: DocumentNames;
}

/** Converse's content for Anthropic's blocks, which is the form that the conversation was put into first. */
export const contentOf = (blocks: readonly Json[], context: ContentContext): Json[] =>
  blocks.flatMap((block) => [
    ...blockOf(block, context),
    ...(context.cachesPrompts ? cachePointOf(block) : []),
  ]);

/** A cache point after what is marked; five minutes are the default, which not every model lets be said. */
export function cachePointOf({ cache_control: mark }: Json): Json[] {
  if (!isObject(mark)) return [];
  return [{ cachePoint: { type: 'default', ...(mark['ttl'] === '1h' && { ttl: '1h' }) } }];
}

function blockOf(block: Json, context: ContentContext): Json[] {
  const { refusals } = context;
  switch (block['type']) {
    case 'text':
      return [{ text: stringAt(block['text'], 'text', 'request') }];
    case 'guarded_text':
      return [{ guardContent: { text: guardedText(block) } }];
    case 'tool_use':
      return [{ toolUse: toolUse(block) }];
    case 'tool_result':
      return [{ toolResult: toolResult(block, context) }];
    case 'thinking':
      return [{ reasoningContent: { reasoningText: reasoningText(block) } }];
    case 'redacted_thinking':
      return [{ reasoningContent: { redactedContent: stringAt(block['data'], 'data', 'request') } }];
    case 'search_result':
      return [{ searchResult: searchResult(block) }];
    case 'document':
      return orRefuse('document', documentOf(block, context.documentNames), refusals);
    case 'image':
      return orRefuse('image', mediaOf(sourceAt(block, 'image'), 'image.source'), refusals);
    case 'video_url':
      return orRefuse('video', mediaOfUrl(block['video_url'], 'video_url.url'), refusals);
    case 'input_audio':
      return [{ audio: audioOf(objectAt(block['input_audio'], 'input_audio', 'request')) }];
    default:
      refusals.refuse('messages', `content of type '${wordOf(block['type'])}'`);
      return [];
  }
}

/** Bedrock fetches nothing from the web. */
function orRefuse(kind: string, media: Json | undefined, refusals: Refusals): Json[] {
  if (media !== undefined) return [{ [kind]: media }];
  refusals.refuse('messages', `a ${kind} that is not sent along: as a data URL it is`);
  return [];
}

const sourceAt = (block: Json, kind: string): Json => objectAt(block['source'], `${kind}.source`, 'request');

const guardedText = (block: Json): Json =>
  present({
    text: stringAt(block['text'], 'guarded_text.text', 'request'),
    qualifiers: block['qualifiers'],
  });

const toolUse = (block: Json): Json => ({
  toolUseId: stringAt(block['id'], 'tool_use.id', 'request'),
  name: stringAt(block['name'], 'tool_use.name', 'request'),
  input: block['input'] ?? {},
});

const reasoningText = (block: Json): Json =>
  present({
    text: optionalString(block['thinking'], 'thinking', 'request') ?? '',
    signature: block['signature'],
  });

const audioOf = (audio: Json): Json => ({
  format: stringAt(audio['format'], 'input_audio.format', 'request'),
  source: { bytes: stringAt(audio['data'], 'input_audio.data', 'request') },
});

function toolResult(block: Json, context: ContentContext): Json {
  const { content, is_error: isError } = block;
  const blocks = typeof content === 'string' ? [{ type: 'text', text: content }] : content;
  return {
    toolUseId: stringAt(block['tool_use_id'], 'tool_result.tool_use_id', 'request'),
    content: contentOf(listOf(blocks), { ...context, cachesPrompts: false }),
    ...(typeof isError === 'boolean' && { status: isError ? 'error' : 'success' }),
  };
}

const searchResult = (block: Json): Json =>
  present({
    source: block['source'],
    title: block['title'],
    content: listOf(block['content']).map(({ text }) => ({ text })),
    citations: block['citations'],
  });

const listOf = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isObject) : []);
