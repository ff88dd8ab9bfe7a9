import { apart, type Finder, type Finding } from './finders/finding.js';
import type { SaidText } from './said-text.js';

/**
 * Adds what is found only where parts of one text that stand side by side are read as one, as a model does. What is found in a part
 * alone stays as it is: the beginning of the next part would look like the end of it.
 */
export function withStraddling(
  find: Finder,
  texts: readonly SaidText[],
  alone: readonly Finding[][],
): Finding[][] {
  const found = alone.map((findings) => [...findings]);
  for (const run of runsOf(texts)) {
    const joined = run.map((index) => texts[index]?.text ?? '').join('');
    for (const pieces of straddling(find(joined), spansOf(run, texts))) {
      const isKnown = pieces.some(({ index, piece }) => alone[index]?.some((one) => overlaps(one, piece)));
      if (isKnown && pieces.every(({ piece }) => piece.action === 'mask')) continue;
      for (const { index, piece } of pieces) found[index]?.push(piece);
    }
  }
  return found.map(apart);
}

/** Texts, by their places, that are parts of one: two or more in the same list. */
function runsOf(texts: readonly SaidText[]): number[][] {
  const runs: number[][] = [];
  for (const index of texts.keys()) {
    const run = runs.at(-1);
    if (run !== undefined && isNext(texts[index - 1]?.path, texts[index]?.path)) run.push(index);
    else runs.push([index]);
  }
  return runs.filter(({ length }) => length > 1);
}

function isNext(before: SaidText['path'], path: SaidText['path']): boolean {
  if (before?.length !== path?.length || path?.at(-1) !== 'text' || typeof path.at(-2) !== 'number')
    return false;
  return path.every((key, at) => at === path.length - 2 || before?.[at] === key);
}

interface PartSpan {
  readonly index: number;
  readonly start: number;
  readonly end: number;
}

function spansOf(run: readonly number[], texts: readonly SaidText[]): PartSpan[] {
  let start = 0;
  return run.map((index) => {
    const span = { index, start, end: start + (texts[index]?.text.length ?? 0) };
    start = span.end;
    return span;
  });
}

interface PieceOfFinding {
  readonly index: number;
  /** By places in its part. */
  readonly piece: Finding;
}

/** What is found in more than one part, cut into what is in each. */
function straddling(findings: readonly Finding[], parts: readonly PartSpan[]): PieceOfFinding[][] {
  let first = 0;
  return findings
    .toSorted((left, right) => left.start - right.start)
    .flatMap((finding) => {
      while ((parts[first]?.end ?? Infinity) <= finding.start) first += 1;
      const pieces: PieceOfFinding[] = [];
      for (let at = first; at < parts.length; at += 1) {
        const part = parts[at];
        if (part === undefined || part.start >= finding.end) break;
        const start = Math.max(finding.start, part.start) - part.start;
        const end = Math.min(finding.end, part.end) - part.start;
        if (start < end) pieces.push({ index: part.index, piece: { ...finding, start, end } });
      }
      return pieces.length > 1 ? [pieces] : [];
    });
}

const overlaps = (left: Finding, right: Finding): boolean => left.start < right.end && right.start < left.end;
