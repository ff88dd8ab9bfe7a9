import type { Finder, Finding } from './finding.js';

/** Signs that show nothing (soft hyphens, joiners, marks of direction, tags), and dashes of every kind. */
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/gu;
const DASH = /[\p{Dash_Punctuation}\u2212]/gu;
/** What may be written otherwise: signs beyond ASCII, with the marks that belong to one. */
const FOLDABLE = /[^\p{Mark}]\p{Mark}{1,30}|[^\0-\x7f]/gsu;
const PLAIN = /^[\0-\x7f]*$/;

/** A text as it looks: without what shows nothing, and in the plainest signs that there are. */
export const plainest = (text: string): string =>
  PLAIN.test(text) ? text : text.normalize('NFKC').replaceAll(INVISIBLE, '').replaceAll(DASH, '-');

/** Finds what is written in other signs than plain ones, too. */
export const folding =
  (find: Finder): Finder =>
  (text) => {
    const found = find(text);
    if (PLAIN.test(text) || plainest(text) === text) return found;
    const { folded, origins } = foldedText(text);
    return [...found, ...find(folded).map((finding) => moved(finding, origins))];
  };

/** @returns origins where in the text each character of the folded one comes from, and its length at last. */
function foldedText(text: string): { readonly folded: string; readonly origins: readonly number[] } {
  let folded = '';
  const origins: number[] = [];
  let from = 0;
  const keep = (end: number): void => {
    folded += text.slice(from, end);
    for (let at = from; at < end; at += 1) origins.push(at);
  };
  for (const { 0: written, index } of text.matchAll(FOLDABLE)) {
    const plain = plainest(written);
    if (plain === written) continue;
    keep(index);
    folded += plain;
    origins.push(...Array<number>(plain.length).fill(index));
    from = index + written.length;
  }
  keep(text.length);
  origins.push(text.length);
  return { folded, origins };
}

/** What begins or ends within a sign that became several has the whole of it. */
function moved(finding: Finding, origins: readonly number[]): Finding {
  const start = origins[finding.start] ?? 0;
  const last = origins[finding.end - 1];
  let next = finding.end;
  while (next < origins.length - 1 && origins[next] === last) next += 1;
  return { ...finding, start, end: origins[next] ?? start };
}
