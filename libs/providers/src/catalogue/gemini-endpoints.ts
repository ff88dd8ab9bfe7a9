import type { Dialect } from '@tollgate/contracts';
import type { Endpoint, PathQuery } from '../endpoint.js';

/** Google's methods, by the dialect that each speaks. */
export function geminiMethods(
  path: (query: PathQuery, method: string) => string,
  methods: Readonly<Partial<Record<Dialect, string>>>,
): Endpoint[] {
  const named = Object.entries(methods).map(([dialect, method]): Endpoint => ({
    dialect: dialect as Dialect,
    path: (query) => path(query, method),
  }));
  return [{ dialect: 'gemini-content', path: (query) => path(query, contentMethod(query)) }, ...named];
}

/** NOTE without `alt=sse` Google streams a list. */
const contentMethod = ({ stream = false }: PathQuery): string =>
  stream ? 'streamGenerateContent?alt=sse' : 'generateContent';
