import { GatewayError } from '@tollgate/contracts';

const NOTHING: ReadonlySet<string> = new Set();

/** What a translation does with a field that has no counterpart: refuses it, or leaves it out and lists it. */
export class Refusals {
  readonly dropped: string[] = [];

  constructor(
    private readonly dropParams: boolean,
    private readonly target: string,
    /** Types of content parts that the target has no place for. */
    readonly foreignParts: ReadonlySet<string> = NOTHING,
  ) {}

  /** Throws `unsupported_parameter` unless parameters may be dropped. */
  refuse(field: string, reason?: string): void {
    if (this.dropParams) {
      this.leaveOut(field);
      return;
    }
    throw new GatewayError(
      'unsupported_parameter',
      `${this.target} does not support '${field}'${reason === undefined ? '' : ` (${reason})`}. ` +
        `Leave it out, or set 'drop_params: true' to have it dropped.`,
      { param: field },
    );
  }

  /** Lists a field that is left out whatever the settings, because sending it could only fail. */
  leaveOut(field: string): void {
    if (!this.dropped.includes(field)) this.dropped.push(field);
  }
}
