import type { Connection } from '../connection.js';
import type { NativeCall } from './native-call.js';
import { isWithheld } from './upstream-request.js';

/** The client's headers with the deployment's credentials in place of its own. */
export function nativeHeaders({ provider, headers: own }: Connection, call: NativeCall): string[] {
  const headers: string[] = ['x-client-request-id', call.attemptId];
  const hasBody = call.body.length > 0;
  for (const [name, value] of own) {
    if (name !== 'content-type') headers.push(name, value);
    else if (hasBody) headers.push(name, call.contentType ?? value);
  }
  for (const [name, value] of Object.entries(call.headers)) {
    if (!own.has(name) && !isWithheld(name)) headers.push(name, value);
  }
  for (const [name, value] of Object.entries(provider.defaultHeaders)) {
    if (!own.has(name) && call.headers[name] === undefined) headers.push(name, value);
  }
  return headers;
}
