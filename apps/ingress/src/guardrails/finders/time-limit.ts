import { createContext, Script } from 'node:vm';

const script = new Script('run()');
const sandbox: { run: () => unknown } = { run: () => undefined };
const context = createContext(sandbox);

/**
 * What `run` returns, if it does within the time; else throws an error with the code `ERR_SCRIPT_EXECUTION_TIMEOUT`.
 *
 * NOTE an expression of the config's may take a time that is exponential in its text. The engine of such searches looks up when a
 * script of `node:vm` is to end, and searches that it calls are a part of it.
 */
export function within<Result>(limitMs: number, run: () => Result): Result {
  let result: { readonly value: Result } | undefined;
  sandbox.run = () => {
    result = { value: run() };
  };
  script.runInContext(context, { timeout: limitMs });
  if (result === undefined) throw new Error('A script did not run');
  return result.value;
}
