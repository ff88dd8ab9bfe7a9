import type { Guardrail } from '@tollgate/config';
import { guardrailAsked } from '../events.js';
import { findingRule } from './finders/finders.js';
import { replaced, type Finding } from './finders/finding.js';
import { within } from './finders/time-limit.js';
import { violation } from './guardrail-errors.js';
import { withStraddling } from './neighbours.js';
import { labelOf, type Placeholders } from './placeholders.js';
import type { SaidText } from './said-text.js';

/** For one check: what an expression may take of the process, which does nothing else meanwhile. */
const LIMIT_MS = 100;
const CHARACTERS_A_MS = 20_000;
/** Of those who may tell the model what they like, and of itself. */
const SYSTEM_ROLES: ReadonlySet<string> = new Set([
  'system',
  'developer',
  'assistant',
  'model',
  'CHATBOT',
  'SYSTEM',
]);

/** A guardrail that decides by the texts alone. */
export interface TextGuard {
  readonly name: string;
  /** What is in each text, in order and apart. Throws `guardrail_violation` for what is not in a place. */
  find(texts: readonly SaidText[], length?: number): Finding[][];
}

export const isSystem = (role: string | null): boolean => role !== null && SYSTEM_ROLES.has(role);

/** How texts are looked through; null: the guardrail asks somebody else. */
export function textGuard({ name, rule }: Guardrail): TextGuard | null {
  if (rule.kind === 'max_length') return lengthGuard(name, rule.maxCharacters);
  const finding = findingRule(rule);
  if (finding === null) return null;
  const { find, isForeign, skipsSystem } = finding;
  const findAll = (texts: readonly SaidText[]): Finding[][] => {
    const looked = skipsSystem
      ? texts.map((said) => (isSystem(said.role) ? { ...said, text: '' } : said))
      : texts;
    return withStraddling(
      find,
      looked,
      looked.map(({ text }) => find(text)),
    );
  };
  return {
    name,
    find: (texts) => (isForeign ? limited(name, texts, findAll) : findAll(texts)),
  };
}

/** Throws `guardrail_violation` where something is found that must not be there. */
export function refuseBlocked({ name }: TextGuard, findings: readonly Finding[]): void {
  const blocked = findings.find(({ action }) => action === 'block');
  if (blocked === undefined) return;
  guardrailAsked(name, 'blocked');
  throw violation(name, `${blocked.name} found`);
}

function lengthGuard(name: string, maxCharacters: number): TextGuard {
  return {
    name,
    find: (texts, length = lengthOf(texts)) => {
      if (length <= maxCharacters) return texts.map(() => []);
      guardrailAsked(name, 'blocked');
      throw violation(name, `longer than ${maxCharacters} characters`);
    },
  };
}

function limited(
  name: string,
  texts: readonly SaidText[],
  find: (texts: readonly SaidText[]) => Finding[][],
): Finding[][] {
  try {
    return within(LIMIT_MS + Math.ceil(lengthOf(texts) / CHARACTERS_A_MS), () => find(texts));
  } catch {
    guardrailAsked(name, 'failed');
    throw violation(name, 'the text cannot be looked through in time');
  }
}

const lengthOf = (texts: readonly SaidText[]): number =>
  texts.reduce((sum, { text }) => sum + text.length, 0);

/** The text with what was found in it masked. @param placeholders null: what is masked does not come back. */
export const masked = (
  text: string,
  findings: readonly Finding[],
  placeholders: Placeholders | null,
): string =>
  replaced(
    text,
    findings,
    ({ name, tag }, found) => tag ?? placeholders?.of(name, found) ?? `<${labelOf(name)}>`,
  );
