import { regionsOf } from '../../calls/routing-options.js';
import { invalidField } from './field-errors.js';

type Metadata = Readonly<Record<string, unknown>>;

/** LiteLLM keeps these limits in the metadata; a client may write them there. */
export const MOVED = ['model_rpm_limit', 'model_tpm_limit'] as const;

/** Of the metadata of LiteLLM these would restrict something, and nothing does here. */
const UNENFORCED = ['guardrails', 'policies', 'prompts', 'enforced_params'];

export interface ChangedMetadata {
  readonly kept: Record<string, unknown>;
  readonly limits: Readonly<Partial<Record<(typeof MOVED)[number], unknown>>>;
}

/**
 * The metadata after a change, and the limits that were in it; undefined when neither `metadata` nor `tags` were sent. `metadata` replaces
 * the whole, `tags` only its tags. Throws `invalid_request` for what limits something and cannot be read or is not enforced.
 */
export function changedMetadata(
  current: Metadata,
  sent: { readonly metadata?: Metadata | null; readonly tags?: unknown },
): ChangedMetadata | undefined {
  if (sent.metadata === undefined && sent.tags === undefined) return undefined;
  const given: Metadata = sent.metadata === undefined ? current : (sent.metadata ?? {});
  check(given);
  const moved = Object.entries(given).filter(([field]) => isMoved(field));
  const kept = Object.fromEntries(Object.entries(given).filter(([field]) => !isMoved(field)));
  if (sent.tags !== undefined) {
    checkTags(sent.tags, 'tags');
    kept['tags'] = sent.tags ?? [];
  }
  return { kept, limits: Object.fromEntries(moved) };
}

const isMoved = (field: string): boolean => (MOVED as readonly string[]).includes(field);

function check(metadata: Metadata): void {
  regionsOf(metadata['allowed_model_region'], 'metadata.allowed_model_region');
  checkTags(metadata['tags'], 'metadata.tags');
  const { priority } = metadata;
  if (priority !== undefined && priority !== null && typeof priority !== 'string')
    throw invalidField('metadata.priority', 'must be the name of a priority');
  for (const field of UNENFORCED) {
    const value = metadata[field];
    const asks = typeof value === 'object' && value !== null ? Object.keys(value).length > 0 : Boolean(value);
    if (asks) throw invalidField(`metadata.${field}`, 'is not supported: leave it out');
  }
}

function checkTags(tags: unknown, field: string): void {
  if (tags === undefined || tags === null) return;
  if (!Array.isArray(tags) || !tags.every((tag) => typeof tag === 'string' && tag !== ''))
    throw invalidField(field, 'must be a list of texts');
}
