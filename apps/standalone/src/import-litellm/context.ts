import type { Importer } from '@tollgate/billing';
import type { Vault } from '@tollgate/config';
import type { Actor, ScopeKind } from '@tollgate/contracts';
import type { Progress } from './progress.js';
import type { ImportReport } from './report.js';
import type { LiteLlmSource, Row } from './source.js';

/** Who the audit log says made the changes. */
export const ACTOR: Actor = { keyHash: 'import', userId: 'litellm-import', role: 'proxy_admin' };

export const ORIGIN = { deploymentPrefix: 'litellm:', reason: 'imported from LiteLLM', actor: ACTOR };

/** The scopes that are here now, taken or found: only these can have spent something. */
export class PresentScopes {
  private readonly ids = new Map<ScopeKind, Set<string>>();

  add(kind: ScopeKind, id: string): void {
    const known = this.ids.get(kind) ?? new Set();
    this.ids.set(kind, known.add(id));
  }

  has(kind: ScopeKind, id: string): boolean {
    return this.ids.get(kind)?.has(id) ?? false;
  }
}

/** What every step of an import works with. */
export interface ImportContext {
  readonly source: LiteLlmSource;
  readonly importer: Importer;
  readonly report: ImportReport;
  readonly progress: Progress;
  /** Nothing is written. */
  readonly dryRun: boolean;
  /** What LiteLLM encrypted credentials with; null: it was not given. */
  readonly saltKey: string | null;
  /** What we seal credentials with; null: there is no salt key of ours. */
  readonly vault: Vault | null;
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly timeZone: string;
  /** Epoch ms. */
  readonly now: number;
  /** LiteLLM_BudgetTable by id: teams' members and others link to it. */
  readonly budgets: ReadonlyMap<string, Row>;
  readonly present: PresentScopes;
}

/** A name to report a row by. */
export const nameOfRow = (row: Row, ...columns: readonly string[]): string => {
  const named = columns
    .map((column) => row[column])
    .find((value) => typeof value === 'string' && value !== '');
  return typeof named === 'string' ? named : '(without a name)';
};
