const NUMBERS = /\d+(?:[.,:]\d+)*/g;
/** In the languages that most prompts are in. A word that means something else elsewhere costs a hit, never gives a wrong one. */
const NEGATIONS =
  /(?<![\p{L}\p{N}])(?:no|not|never|none|nobody|nothing|neither|nor|without|except|cannot|\p{L}+n['’]t|nicht|nie|niemals|ohne|kein\p{L}*|ne|pas|jamais|sans|sin|nunca|non|mai|senza|não|nem|sem)(?![\p{L}\p{N}])/giu;
const QUOTES = /"[^"]+"|“[^”]+”|«[^»]+»|`[^`]+`|(?<![\p{L}\p{N}])'[^']+'(?![\p{L}\p{N}])/gu;
const WORDS = /[\p{L}\p{N}][\p{L}\p{N}_.-]*/gu;
/** What stands before the first word of a sentence. */
const SENTENCE_END = /[.!?:\n]\s*$/;
const LONGEST_GAP = 8;

/**
 * Whether two questions that are alike may have the same answer: they name the same numbers, negate as often, quote the same and
 * have the same names (words with a capital that do not begin a sentence, and those with a digit or a capital within). Cheap, and
 * the same for the same texts; what it lets through may still differ in words.
 */
export const agree = (left: string, right: string): boolean =>
  FACTS.every((factsOf) => factsOf(left) === factsOf(right));

const FACTS: readonly ((text: string) => string)[] = [
  (text) => listed(text.match(NUMBERS)),
  (text) => String(text.match(NEGATIONS)?.length ?? 0),
  (text) => listed(text.match(QUOTES)?.map((quote) => quote.slice(1, -1))),
  (text) => listed([...new Set(namesOf(text))]),
];

function namesOf(text: string): string[] {
  const words = [...text.trim().matchAll(WORDS)];
  const names = words.filter(({ 0: word, index, input }) => {
    const before = input.slice(Math.max(0, index - LONGEST_GAP), index);
    return isName(word, index === 0 || SENTENCE_END.test(before));
  });
  return names.map(([word]) => word.toLowerCase());
}

const isName = (word: string, isFirst: boolean): boolean =>
  /[\p{L}][\p{N}]|[\p{N}][\p{L}]|\p{Ll}\p{Lu}/u.test(word) || (!isFirst && /^\p{Lu}/u.test(word));

const listed = (found: readonly string[] | null | undefined): string =>
  JSON.stringify([...(found ?? [])].sort());
