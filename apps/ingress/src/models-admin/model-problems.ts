import type { ConfigError } from '@tollgate/config';
import { GatewayError } from '@tollgate/contracts';
import type { z } from 'zod';

/** What is wrong with a request, by field; all of it is told at once. */
export class ModelProblems {
  private readonly found: { readonly field: string; readonly text: string }[] = [];

  add(field: string, text: string): void {
    this.found.push({ field, text });
  }

  addIssues(issues: readonly z.core.$ZodIssue[]): void {
    for (const issue of issues) {
      const path = issue.path.map(String);
      if (issue.code === 'unrecognized_keys')
        for (const key of issue.keys) this.add([...path, key].join('.'), 'is not a field of a model');
      else this.add(path.join('.'), issue.message);
    }
  }

  /** Those of a deployment: `litellm_params.model (model chat): is missing`. */
  addConfigError({ problems }: ConfigError, name: string): void {
    for (const problem of problems) {
      const [field = '', ...rest] = problem.replace(` (model ${name})`, '').split(': ');
      this.add(field, rest.join(': '));
    }
  }

  /** Throws `invalid_request` naming every field, `param` being the first. */
  throwIfAny(): void {
    const [first] = this.found;
    if (first === undefined) return;
    const text = this.found.map(({ field, text: problem }) => `'${field}': ${problem}`).join('; ');
    throw new GatewayError('invalid_request', text, { param: first.field });
  }
}
