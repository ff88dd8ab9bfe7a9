import { openSection } from '../named-sections.js';
import type { Section } from '../section.js';
import type { KeyOf, SectionName } from '../settings.js';
import {
  PII_ENTITIES,
  type GuardrailAction,
  type PiiEntity,
  type TextPattern,
} from './guardrail-settings.js';

type Params = Section<KeyOf<'guardrails[].litellm_params'>>;
type PatternSection = Section<KeyOf<'guardrails[].litellm_params.patterns[]'>>;

const MAX_EXPRESSION_LENGTH = 2_000;
const ACTIONS = ['BLOCK', 'MASK'] as const;

/** LiteLLM's names of patterns that there are here too. */
const PREBUILT: Readonly<Record<string, PiiEntity>> = {
  email: 'EMAIL_ADDRESS',
  phone: 'PHONE_NUMBER',
  credit_card: 'CREDIT_CARD',
  visa: 'CREDIT_CARD',
  mastercard: 'CREDIT_CARD',
  amex: 'CREDIT_CARD',
  iban: 'IBAN_CODE',
  ip: 'IP_ADDRESS',
  ipv4: 'IP_ADDRESS',
  ipv6: 'IP_ADDRESS',
  us_ssn: 'US_SSN',
};

/** `pii`: entities, and patterns of one's own. */
export function readPii(params: Params): TextPattern[] {
  const restores = params.boolean('output_parse_pii') ?? true;
  const tagOf = (name: string): string | null => (restores ? null : `<${name.toUpperCase()}>`);
  const entities = readEntities(params).map(({ entity, action }): TextPattern => {
    return { name: entity, finds: entity, action, tag: tagOf(entity) };
  });
  return [...entities, ...readPatterns(params, tagOf)];
}

/** `regex`: patterns and words. */
export function readRegex(params: Params): TextPattern[] {
  const format = params.text('pattern_redaction_format') ?? '[{pattern_name}_REDACTED]';
  const tagOf = (name: string): string => format.replaceAll('{pattern_name}', name.toUpperCase());
  const { problems } = params.context.report;
  const before = problems.length;
  const found = [...readPatterns(params, tagOf), ...readWords(params)];
  // What is there and wrong is told already.
  if (found.length === 0 && problems.length === before)
    params.problem('patterns', 'is missing, and so is blocked_words: nothing is found');
  return found;
}

function readEntities(params: Params): { readonly entity: PiiEntity; readonly action: GuardrailAction }[] {
  const node = params.map('pii_entities_config');
  if (node === null) return PII_ENTITIES.map((entity) => ({ entity, action: 'mask' }));
  return [...node.entries].flatMap(([name, { place, value }]) => {
    const entity = PII_ENTITIES.find((known) => known === name);
    const action = ACTIONS.find((known) => value.kind === 'scalar' && value.source === known);
    const { report } = params.context;
    const path = `${params.pathOf('pii_entities_config')}.${name}`;
    if (entity === undefined) {
      const others = PII_ENTITIES.join(', ');
      report.problem(path, place, `cannot be told from a text here; what can is ${others}`);
    } else if (action === undefined) report.problem(path, place, 'expected MASK or BLOCK');
    else return [{ entity, action: actionOf(action) }];
    return [];
  });
}

const actionOf = (word: (typeof ACTIONS)[number]): GuardrailAction => (word === 'BLOCK' ? 'block' : 'mask');

function readPatterns(params: Params, tagOf: (name: string) => string | null): TextPattern[] {
  const sections = sectionsOf<'guardrails[].litellm_params.patterns[]'>(params, 'patterns');
  return sections.flatMap((section) => {
    const isPrebuilt = section.choice('pattern_type', ['regex', 'prebuilt']) === 'prebuilt';
    const named = isPrebuilt ? readPrebuilt(section) : readExpression(section);
    const action = actionOf(section.choice('action', ACTIONS) ?? 'MASK');
    section.finish(new Set());
    return named === null ? [] : [{ ...named, action, tag: tagOf(named.name) }];
  });
}

type Named = Pick<TextPattern, 'name' | 'finds'>;

function readPrebuilt(section: PatternSection): Named | null {
  const name = section.choice('pattern_name', Object.keys(PREBUILT));
  if (!section.has('pattern_name')) section.problem('pattern_name', 'is missing');
  const entity = name === null ? undefined : PREBUILT[name];
  return name === null || entity === undefined ? null : { name, finds: entity };
}

function readExpression(section: PatternSection): Named | null {
  const name = section.text('name') ?? section.text('pattern_name') ?? 'pattern';
  const written = section.text('pattern');
  if (written === null) {
    if (!section.has('pattern')) section.problem('pattern', 'is missing');
    return null;
  }
  const source = written.replace(/^\(\?i\)/, '');
  const fault = faultOf(source);
  if (fault !== null) section.problem('pattern', fault);
  return fault === null ? { name, finds: { source, flags: source === written ? 'g' : 'gi' } } : null;
}

function faultOf(source: string): string | null {
  if (source.length > MAX_EXPRESSION_LENGTH)
    return `expected an expression of at most ${MAX_EXPRESSION_LENGTH} characters`;
  try {
    return new RegExp(source).test('') ? 'finds the empty text, which is everywhere' : null;
  } catch (cause) {
    // The engine's words, without the expression.
    const reason = (cause as SyntaxError).message.replace(/^.*: /s, '');
    return `is not a regular expression of JavaScript: ${reason}`;
  }
}

function readWords(params: Params): TextPattern[] {
  const tag = params.text('keyword_redaction_tag') ?? '[KEYWORD_REDACTED]';
  const sections = sectionsOf<'guardrails[].litellm_params.blocked_words[]'>(params, 'blocked_words');
  return sections.flatMap((section) => {
    const word = section.text('keyword')?.trim() ?? '';
    const action = actionOf(section.choice('action', ACTIONS) ?? 'BLOCK');
    const name = section.text('description') ?? 'a blocked word';
    section.finish(new Set());
    if (word !== '') return [{ name, finds: { source: wordSource(word), flags: 'giu' }, action, tag }];
    section.problem('keyword', 'is missing');
    return [];
  });
}

/** The word, with neither letter nor digit before or behind it. */
const wordSource = (word: string): string =>
  `(?<![\\p{L}\\p{N}_])${word.replace(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`)}(?![\\p{L}\\p{N}_])`;

function sectionsOf<Name extends SectionName>(
  params: Params,
  key: 'patterns' | 'blocked_words',
): Section<KeyOf<Name>>[] {
  const { context } = params;
  return (params.list(key) ?? []).flatMap(
    (node, index) => openSection<Name>(node, { path: `${params.pathOf(key)}[${index}]`, context }) ?? [],
  );
}
