/** A test that begins with its operator (`=` is, `^` begins, `$` ends, `~` holds, `/` pattern); a list: any; `a`: all. */
export type ModelMatch = string | readonly ModelMatch[] | { readonly a: readonly ModelMatch[] };

/** @param name in lower case */
export function matches(match: ModelMatch, name: string): boolean {
  if (typeof match !== 'string') {
    return 'a' in match
      ? match.a.every((part) => matches(part, name))
      : match.some((part) => matches(part, name));
  }
  const text = match.slice(1);
  switch (match[0]) {
    case '=':
      return name === text;
    case '^':
      return name.startsWith(text);
    case '$':
      return name.endsWith(text);
    case '~':
      return name.includes(text);
    case '/':
      return new RegExp(text).test(name);
    default:
      throw new Error(`The catalogue holds an unknown match: ${match}`);
  }
}
