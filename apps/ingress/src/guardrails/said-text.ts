/** A text, and who says it. */
export interface SaidText {
  readonly text: string;
  readonly role: string | null;
  /** Where in a request it stands. */
  readonly path?: readonly (string | number)[];
}
