import { regionsOf } from '../../calls/routing-options.js';
import { invalidField } from './field-errors.js';

type Metadata = Readonly<Record<string, unknown>>;

/** LiteLLM keeps these limits in the metadata; a client may write them there. */
export const MOVED = ['model_rpm_limit', 'model_tpm_limit'] as const;

/** These are kept there too, for records that have them. */
export const LISTS = ['tags', 'guardrails'] as const;

/** Of the metadata of LiteLLM these would restrict something, and nothing does here. */
const UNENFORCED = ['guardrails', 'policies', 'prompts', 'enforced_params'];

export interface ChangedMetadata {
  readonly kept: Record<string, unknown>;
  readonly limits: Readonly<Partial<Record<(typeof MOVED)[number], unknown>>>;
}

/**
 * The metadata after a change, and the limits that were in it; undefined when neither `metadata` nor one of its `lists` was sent.
 * `metadata` replaces the whole, a list only what has its name. `listed`: the lists that records of this kind have. Throws `invalid_request` for what limits something and cannot be read or is not enforced.
 */
export function changedMetadata(
  current: Metadata,
  sent: { readonly metadata?: Metadata | null; readonly lists: Metadata },
  listed: readonly string[],
): ChangedMetadata | undefined {
  const lists = Object.entries(sent.lists);
  if (sent.metadata === undefined && lists.length === 0) return undefined;
  const given: Metadata = sent.metadata === undefined ? current : (sent.metadata ?? {});
  check(given, listed);
  const moved = Object.entries(given).filter(([field]) => isMoved(field));
  const kept = Object.fromEntries(Object.entries(given).filter(([field]) => !isMoved(field)));
  for (const [field, list] of lists) {
    checkTexts(list, field);
    kept[field] = list ?? [];
  }
  return { kept, limits: Object.fromEntries(moved) };
}

const isMoved = (field: string): boolean => (MOVED as readonly string[]).includes(field);

function check(metadata: Metadata, listed: readonly string[]): void {
  regionsOf(metadata['allowed_model_region'], 'metadata.allowed_model_region');
  for (const field of listed) checkTexts(metadata[field], `metadata.${field}`);
  const { priority } = metadata;
  if (priority !== undefined && priority !== null && typeof priority !== 'string')
    throw invalidField('metadata.priority', 'must be the name of a priority');
  for (const field of UNENFORCED.filter((one) => !listed.includes(one))) {
    const value = metadata[field];
    const asks = typeof value === 'object' && value !== null ? Object.keys(value).length > 0 : Boolean(value);
    if (asks) throw invalidField(`metadata.${field}`, 'is not supported: leave it out');
  }
}

function checkTexts(list: unknown, field: string): void {
  if (list === undefined || list === null) return;
  if (!Array.isArray(list) || !list.every((text) => typeof text === 'string' && text !== ''))
    throw invalidField(field, 'must be a list of texts');
}
