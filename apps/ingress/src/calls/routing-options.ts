import type { IncomingHttpHeaders } from 'node:http';
import { liesIn } from '@tollgate/config';
import { GatewayError } from '@tollgate/contracts';
import { isWellFormed } from '../http/storable-text.js';
import { flag, invalid } from './request-fields.js';

type Body = Readonly<Record<string, unknown>>;

const MAX_FALLBACKS = 20;
const MAX_REGIONS = 20;
const MAX_NAME_LENGTH = 256;

/**
 * The caller's own fallbacks: names, or LiteLLM's objects of which the `model` counts. An empty list asks for none.
 * Throws `invalid_request`.
 */
export function readFallbacks(body: Body): string[] | undefined {
  const value = body['fallbacks'];
  if (value === undefined || value === null) return undefined;
  const names = Array.isArray(value) ? value.map(nameOf) : [undefined];
  if (names.length > MAX_FALLBACKS || names.includes(undefined))
    throw invalid('fallbacks', `'fallbacks' must be a list of at most ${MAX_FALLBACKS} model names`);
  return names as string[];
}

const nameOf = (entry: unknown): string | undefined => {
  const name = isObject(entry) ? entry['model'] : entry;
  return isName(name) ? name : undefined;
};

/** The answer must come from the model that is named: body `deterministic` or `x-tollgate-deterministic: true`. */
export function readDeterministic(headers: IncomingHttpHeaders, body: Body): boolean {
  const header = headers['x-tollgate-deterministic'];
  if (header === undefined) return flag(body['deterministic'], 'deterministic');
  if (header !== 'true' && header !== 'false')
    throw invalid('x-tollgate-deterministic', "'x-tollgate-deterministic' must be true or false");
  return header === 'true';
}

/** A region or a list of them, as `allowed_model_region` has it; undefined: any. Throws `invalid_request`. */
export function regionsOf(value: unknown, param: string): string[] | undefined {
  if (value === undefined || value === null) return undefined;
  const regions: unknown[] = Array.isArray(value) ? value : [value];
  if (regions.length === 0 || regions.length > MAX_REGIONS || !regions.every(isName))
    throw invalid(param, `'${param}' must be the name of a region or a list of at most ${MAX_REGIONS}`);
  return regions;
}

/** Where the call may go: what body or `metadata` ask for, within what the key is allowed. */
export function readRegions(body: Body, ofKey: readonly string[] | null): string[] | undefined {
  const { metadata } = body;
  const wanted =
    regionsOf(body['allowed_model_region'], 'allowed_model_region') ??
    regionsOf(isObject(metadata) ? metadata['allowed_model_region'] : null, 'metadata.allowed_model_region');
  if (ofKey === null) return wanted;
  if (wanted === undefined) return [...ofKey];
  const both = new Set(wanted.flatMap((want) => ofKey.flatMap((own) => narrower(want, own))));
  if (both.size > 0) return [...both];
  throw new GatewayError(
    'model_access_denied',
    `This key may call models in these regions only: ${ofKey.join(', ')}`,
    { param: 'allowed_model_region' },
  );
}

/** Of two regions of which one lies in the other the smaller: of `eu` and `westeurope` the latter. */
function narrower(one: string, other: string): string[] {
  if (liesIn(one.toLowerCase(), other)) return [one];
  return liesIn(other.toLowerCase(), one) ? [other] : [];
}

const isObject = (value: unknown): value is Body =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isName = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= MAX_NAME_LENGTH && isWellFormed(value);
