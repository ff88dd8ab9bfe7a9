import type { GuardrailAction } from '@tollgate/config';

/** Something in a text that a guardrail looks for. */
export interface Finding {
  readonly start: number;
  readonly end: number;
  /** What it is, for errors and placeholders. */
  readonly name: string;
  readonly action: GuardrailAction;
  /** What stands in its place; null: a placeholder. */
  readonly tag: string | null;
  /** It goes on to where this is found, which the text does not have yet: all that follows is a part of it. */
  readonly until?: RegExp;
}

/** Looks through one text. */
export type Finder = (text: string) => Finding[];

export interface Span {
  readonly start: number;
  readonly end: number;
  readonly until?: RegExp;
}

/** Where a global expression matches; `accepts` has the last word. */
export function spansOf(
  text: string,
  expression: RegExp,
  accepts: (found: string) => boolean = () => true,
): Span[] {
  const spans: Span[] = [];
  for (const match of text.matchAll(expression)) {
    if (match[0] === '' || !accepts(match[0])) continue;
    spans.push({ start: match.index, end: match.index + match[0].length });
  }
  return spans;
}

/** In order and without overlaps: of two that overlap the one that begins first, or is longer, has the place of both. */
export function apart(findings: readonly Finding[]): Finding[] {
  const kept: Finding[] = [];
  for (const finding of findings.toSorted(
    (left, right) => left.start - right.start || right.end - left.end,
  )) {
    const before = kept.at(-1);
    if (before === undefined || finding.start >= before.end) kept.push(finding);
    else kept[kept.length - 1] = both(before, finding);
  }
  return kept;
}

/** What must not be there must not be a part of something else either. */
function both(first: Finding, second: Finding): Finding {
  const end = Math.max(first.end, second.end);
  const until = first.until ?? second.until;
  const isBlocked = first.action === 'mask' && second.action === 'block';
  return { ...(isBlocked ? second : first), start: first.start, end, ...(until !== undefined && { until }) };
}

/** The text with something else in place of each finding. */
export function replaced(
  text: string,
  findings: readonly Finding[],
  other: (finding: Finding, found: string) => string,
): string {
  let written = '';
  let from = 0;
  for (const finding of findings) {
    const { start, end } = finding;
    written += text.slice(from, start) + other(finding, text.slice(start, end));
    from = end;
  }
  return written + text.slice(from);
}
