import type { Variables } from './setting.js';

/**
 * What `os.environ/NAME` refers to now: the process's own variables with the file's `environment_variables` over them.
 * They change before the `LiveConfig` does, so whoever follows that one finds them here.
 */
export class LiveVariables {
  constructor(private variables: Variables) {}

  get current(): Variables {
    return this.variables;
  }

  replace(variables: Variables): void {
    this.variables = variables;
  }
}
