import { optionalList, optionalString, objectAt, stringAt, type Json } from '../../json/json.js';
import { present } from '../../json/present.js';
import { wordTable } from '../../json/word-table.js';
import type { Refusals } from '../../refusals.js';
import { cutsOf, purposeOf } from '../../embeddings/embedding-request.js';
import { fieldAt, fieldsBeside } from '../fields.js';

const TASKS: Readonly<Record<string, string>> = wordTable({
  query: 'RETRIEVAL_QUERY',
  document: 'RETRIEVAL_DOCUMENT',
});

/** Gemini's word for what a text is for; undefined: nobody says. */
function taskTypeOf(request: Json): string | undefined {
  const purpose = purposeOf(request);
  return purpose === undefined ? undefined : (TASKS[purpose] ?? purpose.toUpperCase());
}

/** What one of Gemini's embedding requests says beside the text. */
export const embedSettingsOf = (request: Json): Json =>
  present({
    taskType: taskTypeOf(request),
    outputDimensionality: request['dimensions'] ?? undefined,
    autoTruncate: cutsOf(request),
  });

const PURPOSES: Readonly<Record<string, string>> = wordTable({
  RETRIEVAL_QUERY: 'search_query',
  RETRIEVAL_DOCUMENT: 'search_document',
});

const CONSUMED = new Set(['model', 'content', 'taskType', 'outputDimensionality', 'autoTruncate']);

/** What one of Gemini's embedding requests asks for, in a canonical one; its `input` is the text. */
export function canonicalEmbed(request: Json, field: string, refusals: Refusals): Json {
  const task = optionalString(fieldAt(request, 'taskType'), `${field}taskType`, 'request');
  for (const name of Object.keys(fieldsBeside(request, CONSUMED))) refusals.refuse(`${field}${name}`);
  return {
    input: textOf(request['content'], `${field}content`, refusals),
    ...present({
      input_type: task === undefined ? undefined : (PURPOSES[task] ?? task.toLowerCase()),
      dimensions: fieldAt(request, 'outputDimensionality') ?? undefined,
      truncate: fieldAt(request, 'autoTruncate') ?? undefined,
    }),
  };
}

function textOf(value: unknown, field: string, refusals: Refusals): string {
  if (typeof value === 'string') return value;
  const parts = optionalList(objectAt(value, field, 'request')['parts'], `${field}.parts`, 'request');
  const texts = parts.map((part, index) => {
    const at = `${field}.parts[${index}]`;
    const { text } = objectAt(part, at, 'request');
    if (text === undefined) refusals.refuse(at, 'what is no text');
    return text === undefined ? '' : stringAt(text, `${at}.text`, 'request');
  });
  return texts.join('\n');
}
