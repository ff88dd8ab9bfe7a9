import type { Json } from '@tollgate/dialects';
import type { ErrorSource } from '../kit/upstream-error.js';

export interface RelayOptions {
  /** The model name that the client asked for. */
  readonly model: string;
  readonly includeUsage: boolean;
  readonly source: ErrorSource;
  /** The client's request, where an answer may repeat it. */
  readonly request?: Json | undefined;
}
