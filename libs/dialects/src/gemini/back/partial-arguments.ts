import { isObject, type Json } from '../../json/json.js';

/** Fields of a fragment that hold its value. */
const VALUES = ['stringValue', 'numberValue', 'boolValue'];

const MOST_ITEMS = 10_000;

/** Adds one of Vertex's fragments, `{ jsonPath, stringValue | numberValue | boolValue | nullValue }`, to the arguments; strings grow. */
export function setAt(args: Json, fragment: Json): void {
  const steps = typeof fragment['jsonPath'] === 'string' ? stepsOf(fragment['jsonPath']) : [];
  const last = steps.pop();
  if (last === undefined) return;
  let at: unknown = args;
  steps.forEach((step, index) => {
    const next = index + 1 < steps.length ? steps[index + 1] : last;
    at = childOf(at, step, typeof next === 'number');
  });
  const name = VALUES.find((each) => fragment[each] !== undefined);
  put(at, last, name === undefined ? null : fragment[name]);
}

type Step = string | number;

/** Of `$.a.b[0]['c']`; none where the path is another's. */
function stepsOf(path: string): Step[] {
  if (!path.startsWith('$')) return [];
  return [...path.matchAll(/\.([^.[\]]+)|\[(\d+)\]|\[(['"])(.*?)\3\]/g)].map(
    ([, name, index, , quoted]): Step => (index === undefined ? (name ?? quoted ?? '') : Number(index)),
  );
}

function childOf(parent: unknown, step: Step, isList: boolean): unknown {
  const known = Array.isArray(parent)
    ? (parent[Number(step)] as unknown)
    : isObject(parent)
      ? parent[step]
      : undefined;
  if (typeof known === 'object' && known !== null) return known;
  const child: unknown = isList ? [] : {};
  put(parent, step, child);
  return child;
}

function put(parent: unknown, step: Step, value: unknown): void {
  if (Array.isArray(parent)) {
    if (typeof step === 'number' && step < MOST_ITEMS) parent[step] = joined(parent[step], value);
  } else if (isObject(parent) && step !== '__proto__') parent[step] = joined(parent[step], value);
}

const joined = (before: unknown, value: unknown): unknown =>
  typeof before === 'string' && typeof value === 'string' ? before + value : value;
