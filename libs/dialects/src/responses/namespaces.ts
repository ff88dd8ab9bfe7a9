import { isObject, wordOf, type Json } from '../json/json.js';

/** A tool's name in a chat, which knows no namespaces. */
export const chatNameOf = (namespace: unknown, name: string): string =>
  typeof namespace === 'string' && namespace !== '' ? `${namespace}__${name}` : name;

export interface NameInResponses {
  readonly name: string;
  readonly namespace?: string;
}

/** A called tool's name as the request has it: with its namespace, where it is in one. */
export function nameInResponses(chatName: string, request: Json): NameInResponses {
  const spaces = Array.isArray(request['tools']) ? request['tools'].filter(isObject) : [];
  for (const { type, name: namespace, tools } of spaces) {
    if (type !== 'namespace' || typeof namespace !== 'string' || !Array.isArray(tools)) continue;
    const names = tools.filter(isObject).map(({ name }) => wordOf(name));
    const name = names.find((each) => chatNameOf(namespace, each) === chatName);
    if (name !== undefined) return { name, namespace };
  }
  return { name: chatName };
}
