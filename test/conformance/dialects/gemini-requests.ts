import { codecOf, type Back, type Front, type Json } from '@tollgate/dialects';
import { isObject, listOf, parse } from '../checks.js';
import type { Recording } from '../recordings.js';

const { front, back } = codecOf('gemini-content') as { front: Required<Front>; back: Required<Back> };

export function checkGeminiRequest(recording: Recording): void {
  const request = parse(recording.request);
  const options = optionsOf(recording);
  const canonical = front.toCanonical(request, options);
  const { body, dropped } = back.fromCanonical(canonical, options);
  expect(dropped).toEqual([]);
  expect(meaningOf(body)).toEqual(meaningOf(request));
  checkLax(request, options);
}

const optionsOf = ({ url }: Recording) => ({
  model: /models\/([^:/?]+)/.exec(url)?.[1] ?? 'gemini-2.5-flash',
  stream: false,
  dropParams: false,
  defaultMaxTokens: 1,
});

/** Where fields may be dropped, nothing of Gemini's own is left for other providers. */
function checkLax(request: Json, options: ReturnType<typeof optionsOf>): void {
  const canonical = front.toCanonical(request, { ...options, dropParams: true });
  const names = Object.keys(canonical).filter((name) => /[A-Z]|safety|cached|labels/.test(name));
  expect(names).toEqual([]);
}

/**
 * What a request asks for, in one spelling. Left out is what a chat has no place for and other models no use: parts of Gemini's own
 * tools, the place of a call among texts, and what asks for nothing (text for an answer, an empty text, a closed object, an empty list).
 */
function meaningOf(request: Json): Json {
  const { contents, systemInstruction, tools, toolConfig, generationConfig, ...rest } = camelised(
    request,
  ) as Json;
  const turns = listOf(contents).reduce<Json[]>((before, turn) => joined(before, contentMeaning(turn)), []);
  const system = listOf([systemInstruction]).flatMap((content) => listOf(contentMeaning(content)['parts']));
  return {
    ...rest,
    ...(toolConfig !== undefined && { toolConfig: choiceMeaning(toolConfig as Json) }),
    // What the system says alone is what is asked.
    ...(turns.length > 0
      ? { contents: turns, system }
      : { contents: [{ role: 'user', parts: system }], system: [] }),
    tools: listOf(tools).flatMap(toolMeanings).sort(byName),
    generationConfig: configMeaning(isObject(generationConfig) ? generationConfig : {}),
  };
}

const byName = (left: Json, right: Json): number => JSON.stringify(left).localeCompare(JSON.stringify(right));

/** Names of fields in camelCase, save those that a caller has chosen. */
function camelised(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camelised);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([name, each]) => {
    const camel = name.replaceAll(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase());
    const isOwn = ['args', 'response', 'parameters', 'labels'].includes(camel) || /schema$/i.test(camel);
    return [camel, isOwn ? each : camelised(each)] as const;
  });
  return Object.fromEntries(entries);
}

const partsOf = ({ parts }: Json): Json[] => listOf([parts].flat());

function contentMeaning(content: Json): Json {
  const role = content['role'] === 'model' ? 'model' : 'user';
  const parts = partsOf(content)
    .filter((part) => part['text'] !== '' || part['thoughtSignature'] !== undefined)
    .filter((part) => part['toolCall'] === undefined && part['toolResponse'] === undefined)
    .map(partMeaning);
  const isCall = (part: Json): boolean => part['functionCall'] !== undefined;
  return { role, parts: [...parts.filter((part) => !isCall(part)), ...parts.filter(isCall)] };
}

/** Neighbours of one role are one turn. */
function joined(turns: Json[], turn: Json): Json[] {
  const last = turns.at(-1);
  if (listOf(turn['parts']).length === 0) return turns;
  if (last?.['role'] !== turn['role']) return [...turns, turn];
  return [...turns.slice(0, -1), { ...last, parts: [...listOf(last?.['parts']), ...listOf(turn['parts'])] }];
}

function partMeaning(part: Json): Json {
  const { functionResponse: result, functionCall: call, thoughtSignature: signature, ...rest } = part;
  return {
    ...rest,
    ...(signature !== undefined && signature !== null && { thoughtSignature: signature }),
    ...(isObject(call) && { functionCall: { args: {}, ...call } }),
    ...(isObject(result) && {
      functionResponse: { response: {}, ...result },
    }),
  };
}

/** That a free choice must keep to the schemas, no other provider can be told. */
function choiceMeaning({ functionCallingConfig: calling, ...rest }: Json): Json {
  if (!isObject(calling)) return rest;
  const isFree = calling['mode'] === 'VALIDATED' && calling['allowedFunctionNames'] === undefined;
  return { ...rest, functionCallingConfig: isFree ? { mode: 'AUTO' } : calling };
}

function toolMeanings(tool: Json): Json[] {
  const { functionDeclarations, ...own } = tool;
  const declared = listOf(functionDeclarations).map(({ name, description, ...schemas }) => ({
    name,
    description,
    parameters: schemaMeaning(schemas['parametersJsonSchema'] ?? schemas['parameters'] ?? {}),
  }));
  return [...declared, ...Object.entries(own).map(([name, content]) => ({ [name]: content }))];
}

function configMeaning(config: Json): Json {
  const { responseModalities, responseSchema, responseJsonSchema, thinkingConfig, ...rest } = config;
  const isText = JSON.stringify(responseModalities ?? ['TEXT']) === '["TEXT"]';
  const schema = responseSchema ?? responseJsonSchema;
  return {
    ...rest,
    ...(!isText && { responseModalities }),
    ...(schema !== undefined && { schema: schemaMeaning(schema) }),
    thinking: isObject(thinkingConfig) ? effortMeaning(thinkingConfig) : null,
  };
}

/** A budget is one of a few by the time it is an effort; -1 is the model's own. That thoughts are shown is the callers' side's to do. */
function effortMeaning({ thinkingBudget: budget, thinkingLevel: level }: Json): unknown {
  if (typeof budget !== 'number' || budget < 0) return typeof level === 'string' ? level.toLowerCase() : null;
  const bounds = [0, 128, 1024, 2048];
  return bounds.findIndex((bound) => budget <= bound);
}

/** Types in small letters; what binds no value is left out, and what has no properties is an object without. */
function schemaMeaning(value: unknown, root: unknown = value): unknown {
  if (!isObject(value)) return value;
  const { $schema: _schema, $defs, additionalProperties, $ref, strict: _strict, ...keywords } = value;
  if (typeof $ref === 'string' && needsNoDefinitions(root))
    return schemaMeaning(definitionAt(root, $ref), root);
  const entries = Object.entries(keywords).map(([name, content]) => [
    name,
    keywordMeaning(name, content, root),
  ]);
  const meaning = Object.fromEntries(entries) as Json;
  if (meaning['type'] === undefined && meaning['properties'] !== undefined) meaning['type'] = 'object';
  if (JSON.stringify(meaning['properties'] ?? {}) === '{}') delete meaning['properties'];
  if (JSON.stringify(meaning['required']) === '[]') delete meaning['required'];
  const isEmpty = meaning['type'] === 'object' && Object.keys(meaning).length === 1;
  return {
    ...(isEmpty ? {} : meaning),
    ...($ref !== undefined && { $ref }),
    ...($defs !== undefined && !needsNoDefinitions(root) && { $defs }),
    ...((additionalProperties ?? false) !== false && { additionalProperties }),
  };
}

function keywordMeaning(name: string, content: unknown, root: unknown): unknown {
  if (name === 'type' && typeof content === 'string') return content.toLowerCase();
  if (name === 'properties' && isObject(content)) {
    return Object.fromEntries(Object.entries(content).map(([key, each]) => [key, schemaMeaning(each, root)]));
  }
  if (name === 'anyOf') return listOf(content).map((each) => schemaMeaning(each, root));
  return name === 'items' ? schemaMeaning(content, root) : content;
}

/** References are put in, unless they go round in circles. */
const needsNoDefinitions = (root: unknown): boolean => {
  const definitions = isObject(root) && isObject(root['$defs']) ? root['$defs'] : {};
  return Object.values(definitions).every((each) => !JSON.stringify(each).includes('"$ref"'));
};

function definitionAt(root: unknown, reference: string): unknown {
  const path = reference.replace('#/', '').split('/');
  return path.reduce<unknown>((at, name) => (isObject(at) ? at[name] : undefined), root);
}
