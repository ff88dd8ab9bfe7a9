import type { Capability } from '@tollgate/contracts';

type Json = Readonly<Record<string, unknown>>;

export interface PromptNeeds {
  /** What the call asks of a model beyond text. */
  readonly needs: Capability[];
  /** The caller marked parts of the prompt for a provider's cache (`cache_control`). */
  readonly cacheMarked: boolean;
}

interface Findings {
  readonly needs: Set<Capability>;
  cacheMarked: boolean;
}

/**
 * What a chat request of either dialect needs, in one walk over its parts: texts are not read, and messages of plain text
 * cost a look at each. Names that are not known need nothing: a provider will say what it thinks of them.
 */
export function promptNeeds(body: Json): PromptNeeds {
  const found: Findings = { needs: new Set(), cacheMarked: false };
  const messages = body['messages'] ?? body['input'] ?? body['contents'];
  if (Array.isArray(messages)) {
    for (const message of messages as unknown[]) if (isObject(message)) readMessage(message, found);
  }
  if (isSet(body['cache_control_injection_points'])) found.cacheMarked = true;
  readParts(body['system'], found);
  readTools(body, found);
  readFormat(body, found);
  return { needs: found.needs.size === 0 ? [] : [...found.needs], cacheMarked: found.cacheMarked };
}

function readMessage(message: Json, found: Findings): void {
  if (isSet(message['cache_control'])) found.cacheMarked = true;
  const content = message['content'] ?? message['parts'];
  if (typeof content === 'object') readParts(content, found);
}

function readParts(content: unknown, found: Findings): void {
  if (!Array.isArray(content)) return;
  for (const part of content as unknown[]) if (isObject(part)) readPart(part, found);
}

function readPart(part: Json, found: Findings): void {
  if (isSet(part['cache_control'])) found.cacheMarked = true;
  const { type } = part;
  if (type === undefined) readGeminiPart(part, found);
  if (typeof type !== 'string' || type === 'text') return;
  // What a tool gave back may hold parts itself.
  if (typeof part['content'] === 'object') readParts(part['content'], found);
  const need = needOf(type, part);
  if (need !== undefined) found.needs.add(need);
}

/** Google's parts have no type: what they hold tells. */
function readGeminiPart(part: Json, found: Findings): void {
  const data = part['inlineData'] ?? part['inline_data'] ?? part['fileData'] ?? part['file_data'];
  if (!isObject(data)) return;
  const type = data['mimeType'] ?? data['mime_type'];
  if (typeof type !== 'string') return;
  if (type.startsWith('image/') || type.startsWith('video/')) found.needs.add('vision');
  if (type.startsWith('audio/')) found.needs.add('audioInput');
  if (type === 'application/pdf') found.needs.add('pdfInput');
}

function needOf(type: string, part: Json): Capability | undefined {
  switch (type) {
    case 'image_url':
    case 'image':
    case 'input_image':
      return 'vision';
    case 'input_audio':
    case 'audio_url':
      return 'audioInput';
    case 'file':
    case 'input_file':
      return needOfFile(part['file'] ?? part);
    case 'document':
      return needOfDocument(part['source']);
    default:
      return undefined;
  }
}

/** OpenAI's files are data URLs, or ids of which nothing can be told. */
function needOfFile(file: unknown): Capability | undefined {
  const data = isObject(file) ? file['file_data'] : undefined;
  if (typeof data !== 'string') return 'pdfInput';
  if (data.startsWith('data:image/')) return 'vision';
  if (data.startsWith('data:audio/')) return 'audioInput';
  return data.startsWith('data:text/') ? undefined : 'pdfInput';
}

/** Anthropic's documents may be texts. */
function needOfDocument(source: unknown): Capability | undefined {
  const type = isObject(source) ? source['type'] : undefined;
  return type === 'text' || type === 'content' ? undefined : 'pdfInput';
}

function readTools(body: Json, found: Findings): void {
  const { tools, functions } = body;
  if (Array.isArray(functions) && functions.length > 0) found.needs.add('tools');
  if (isSet(body['web_search_options'])) found.needs.add('webSearch');
  if (!Array.isArray(tools)) return;
  for (const tool of tools as unknown[]) {
    if (!isObject(tool)) continue;
    const { type } = tool;
    found.needs.add(typeof type === 'string' && type.startsWith('web_search') ? 'webSearch' : 'tools');
    if (isSet(tool['cache_control'])) found.cacheMarked = true;
  }
}

/** OpenAI's `response_format` and `modalities`; Anthropic's `output_format`, lately in `output_config`. */
function readFormat(body: Json, found: Findings): void {
  const { modalities, output_config: output } = body;
  const format = body['response_format'] ?? body['output_format'] ?? (isObject(output) && output['format']);
  if (isObject(format) && format['type'] === 'json_schema') found.needs.add('jsonSchema');
  if (Array.isArray(modalities) && modalities.includes('audio')) found.needs.add('audioOutput');
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isSet = (value: unknown): boolean => value !== undefined && value !== null;
