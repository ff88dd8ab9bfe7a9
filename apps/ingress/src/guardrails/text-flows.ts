import { apart, type Finding } from './finders/finding.js';
import { beginningOfPlaceholder, type Placeholders } from './placeholders.js';
import { masked, refuseBlocked, type TextGuard } from './text-guard.js';
import type { JsonText } from './texts/json-texts.js';

/** What decides how a text flows. */
export type FlowingText = Pick<JsonText, 'isJson' | 'isSealed'>;

/** A text of an answer that comes in pieces. */
export interface TextFlow {
  /** Something is held back, until the next piece tells what it is. */
  readonly isHolding: boolean;
  /** What may go on, now that this piece is there. */
  push(piece: string): string;
  /** What was held back: there are no more pieces. */
  end(): string;
}

/** A text that stays as it is. */
export const PASSING: TextFlow = { isHolding: false, push: (piece) => piece, end: () => '' };

/** Puts what was masked back in its place. */
export class RestoringFlow implements TextFlow {
  private held = '';

  constructor(
    private readonly placeholders: Placeholders,
    private readonly isJson: boolean,
  ) {}

  get isHolding(): boolean {
    return this.held !== '';
  }

  push(piece: string): string {
    const text = this.held + piece;
    const safe = beginningOfPlaceholder(text);
    this.held = text.slice(safe);
    return this.placeholders.restored(text.slice(0, safe), this.isJson);
  }

  end(): string {
    const rest = this.held;
    this.held = '';
    return rest;
  }
}

/** What is looked for in a stream is no longer than this, or is found in part: but for what tells where it ends. */
const WINDOW = 512;
/** Of what went on already: an expression may look back. */
const CONTEXT = 64;

/** Lets a text go on when guards have seen what follows it. */
export class GuardedFlow implements TextFlow {
  private before = '';
  private held = '';
  private length = 0;
  /** What is masked already goes on to where this is found. */
  private until: RegExp | null = null;

  constructor(private readonly guards: readonly TextGuard[]) {}

  get isHolding(): boolean {
    return this.held !== '' && this.until === null;
  }

  push(piece: string): string {
    this.held += piece;
    this.length += piece.length;
    if (!this.isPastMasked()) return '';
    return this.release(this.held.length - WINDOW, this.look(false));
  }

  /** More may come still, if only this piece was not to wait any longer. */
  end(): string {
    return this.until === null ? this.release(this.held.length, this.look(true)) : '';
  }

  /** Drops what is a part of what was masked. Of that, its end may have begun. */
  private isPastMasked(): boolean {
    if (this.until === null) return true;
    const ending = this.until.exec(this.held);
    this.held =
      ending === null ? this.held.slice(-CONTEXT) : this.held.slice(ending.index + ending[0].length);
    if (ending !== null) this.until = null;
    return ending !== null;
  }

  private release(wanted: number, findings: readonly Finding[]): string {
    const straddling = findings.find(({ start, end }) => start < wanted && end >= wanted);
    this.until = straddling?.until ?? null;
    const whole = straddling === undefined || straddling.end === wanted ? wanted : straddling.start;
    const cut = this.until === null ? whole : this.held.length;
    if (cut <= 0) return '';
    const raw = this.held.slice(0, cut);
    this.held = this.held.slice(cut);
    this.before = this.until === null ? (this.before + raw).slice(-CONTEXT) : '';
    return masked(
      raw,
      findings.filter(({ end }) => end <= cut),
      null,
    );
  }

  /**
   * By places in what is held: what began in what went on already cannot be taken back. Before the end, what reaches to the last
   * character may turn out to be something else, unless it is known to go on.
   */
  private look(isEnd: boolean): Finding[] {
    const begins = this.before.length;
    const text = this.before + this.held;
    const findings = this.guards.flatMap((guard) => {
      const [found = []] = guard.find([{ text, role: 'assistant' }], this.length);
      const decided = isEnd
        ? found
        : found.filter(({ end, until }) => end < text.length || until !== undefined);
      refuseBlocked(guard, decided);
      return decided;
    });
    const moved = findings.map((finding) => ({
      ...finding,
      start: finding.start - begins,
      end: finding.end - begins,
    }));
    return apart(moved.filter(({ start }) => start >= 0));
  }
}

/** The whole text at once. */
export const goThrough = (flow: TextFlow, text: string): string => flow.push(text) + flow.end();
