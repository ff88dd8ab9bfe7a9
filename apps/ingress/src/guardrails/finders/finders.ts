import type { GuardrailAction, GuardrailRule, TextPattern } from '@tollgate/config';
import { spansOf, type Finder, type Span } from './finding.js';
import { folding } from './folding.js';
import { isInjection } from './injections.js';
import { PII_FINDERS } from './pii.js';
import { secretSpans } from './secrets.js';

interface FindingRule {
  readonly find: Finder;
  /** Expressions of the config's: they get a limited time. */
  readonly isForeign: boolean;
  /** Only what users and tools say is looked at: who wrote the system's prompt may tell the model what it likes. */
  readonly skipsSystem: boolean;
}

/** How a rule looks through texts; null: it does not look for anything in them. */
export function findingRule(rule: GuardrailRule): FindingRule | null {
  switch (rule.kind) {
    case 'patterns':
      return {
        find: folding(patternFinder(rule.patterns)),
        isForeign: rule.patterns.some(({ finds }) => typeof finds !== 'string'),
        skipsSystem: false,
      };
    case 'secrets':
      return { find: folding(secretFinder(rule.action)), isForeign: false, skipsSystem: false };
    case 'prompt_injection':
      return { find: injectionsIn, isForeign: false, skipsSystem: true };
    case 'max_length':
    case 'moderation':
    case 'topics':
    case 'webhook':
      return null;
  }
}

function patternFinder(patterns: readonly TextPattern[]): Finder {
  const searches = patterns.map((pattern) => ({ pattern, search: searchOf(pattern) }));
  return (text) =>
    searches.flatMap(({ pattern: { name, action, tag }, search }) =>
      search(text).map((span) => ({ ...span, name, action, tag })),
    );
}

function searchOf({ finds }: TextPattern): (text: string) => Span[] {
  if (typeof finds === 'string') return PII_FINDERS[finds];
  const expression = new RegExp(finds.source, finds.flags);
  return (text) => spansOf(text, expression);
}

const secretFinder =
  (action: GuardrailAction): Finder =>
  (text) =>
    secretSpans(text).map((span) => ({ ...span, name: 'a secret', action, tag: '[REDACTED]' }));

const injectionsIn: Finder = (text) =>
  isInjection(text)
    ? [{ start: 0, end: text.length, name: 'a prompt injection', action: 'block', tag: null }]
    : [];
