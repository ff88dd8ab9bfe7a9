import { createContext, Script } from 'node:vm';

const script = new Script('run()');
const sandbox: { run: () => unknown } = { run: () => undefined };
const context = createContext(sandbox);

/** A process that gets no turn on its machine needs time, too: it is given so many more chances. */
const MOST_CHANCES = 10;

/**
 * What `run` returns, if it does within the time; else throws an error with the code `ERR_SCRIPT_EXECUTION_TIMEOUT`.
 *
 * NOTE an expression of the config's may take a time that is exponential in its text. The engine of such searches looks up when a
 * script of `node:vm` is to end, and searches that it calls are a part of it.
 */
export function within<Result>(limitMs: number, run: () => Result): Result {
  for (let chance = 1; ; chance += 1) {
    const before = process.cpuUsage();
    try {
      return limited(limitMs, run);
    } catch (cause) {
      const { user, system } = process.cpuUsage(before);
      const hasWorked = (user + system) / 1_000 > limitMs / 2;
      if (hasWorked || chance >= MOST_CHANCES) throw cause;
    }
  }
}

function limited<Result>(limitMs: number, run: () => Result): Result {
  let result: { readonly value: Result } | undefined;
  sandbox.run = () => {
    result = { value: run() };
  };
  script.runInContext(context, { timeout: limitMs });
  if (result === undefined) throw new Error('A script did not run');
  return result.value;
}
