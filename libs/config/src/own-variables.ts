import { describe, type LocatedMap } from './located.js';
import type { Report } from './report.js';
import { referencedVariable, type Variables } from './setting.js';

/** The process's variables with `environment_variables` of the file over them. */
export function withOwnVariables(tree: LocatedMap, variables: Variables, report: Report): Variables {
  const entry = tree.entries.get('environment_variables');
  if (entry === undefined) return variables;
  const { value } = entry;
  if (value.kind !== 'map') {
    if (!(value.kind === 'scalar' && value.value === null)) {
      report.problem('environment_variables', entry.place, `expected a mapping, got ${describe(value)}`);
    }
    return variables;
  }
  const own = [...value.entries].map(([name, { place, value: item }]) => {
    const path = `environment_variables.${name}`;
    if (item.kind !== 'scalar') {
      report.problem(path, place, `expected a string, got ${describe(item)}`);
      return [name, undefined] as const;
    }
    const reference = referencedVariable(item.source);
    if (reference === null) return [name, item.value === null ? '' : item.source] as const;
    if (variables[reference] === undefined) {
      report.problem(path, place, `the environment variable ${reference} is not set`);
    }
    return [name, variables[reference]] as const;
  });
  return { ...variables, ...Object.fromEntries(own) };
}
