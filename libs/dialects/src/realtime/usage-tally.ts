import { NO_USAGE, type CountKind, type Usage } from '@tollgate/contracts';
import { isObject, type Json } from '../json/json.js';

const KINDS = Object.keys(NO_USAGE) as CountKind[];

/** The counts of both together; pieces are not expected. */
export const sumOfUsage = (left: Usage, right: Usage): Usage => ({
  ...left,
  ...Object.fromEntries(KINDS.map((kind) => [kind, left[kind] + right[kind]])),
});

/** Usages of one model, added up. */
export class UsageTally {
  usage: Usage = NO_USAGE;
  /** In the provider's words. Null: it has told none. */
  rawUsage: Json | null = null;

  add(usage: Usage, raw: Json): void {
    this.usage = sumOfUsage(this.usage, usage);
    this.rawUsage = sumOfRaw(this.rawUsage ?? {}, raw);
  }

  /** Of what is sold by the second of sound. */
  addSeconds(seconds: number, raw: Json): void {
    const { images = 0, characters = 0, seconds: before = 0 } = this.usage.pieces ?? {};
    this.usage = { ...this.usage, pieces: { images, characters, seconds: before + seconds } };
    this.rawUsage = sumOfRaw(this.rawUsage ?? {}, raw);
  }
}

/** Numbers added up wherever they stand; of anything else what came last. */
function sumOfRaw(left: Json, right: Json): Json {
  const added = Object.entries(right).map(([name, value]): [string, unknown] => {
    const before = left[name];
    if (typeof value === 'number') return [name, value + (typeof before === 'number' ? before : 0)];
    return [name, isObject(value) ? sumOfRaw(isObject(before) ? before : {}, value) : value];
  });
  return { ...left, ...Object.fromEntries(added) };
}
