/** Something whose draft can be brought up to date. */
export interface Drafted {
  updateDraft(): void;
}

/** How long a draft may be behind when few streams run, and how much longer for each stream that does. */
const BEAT_MS = 10;
const BEAT_MS_EACH = 0.1;

/**
 * Brings the drafts of running streams up to date together: for each chunk of each stream that would cost as much as passing it on.
 * The more streams, the rarer, so that it takes a small and constant part of the time.
 */
class DraftBeat {
  private changed = new Set<Drafted>();
  private isScheduled = false;
  /** How many were updated together the last time. */
  private size = 0;

  /** The draft is behind; it will be updated soon, unless it is `dropped`. */
  changedFor(drafted: Drafted): void {
    this.changed.add(drafted);
    if (this.isScheduled) return;
    this.isScheduled = true;
    setTimeout(() => this.beat(), BEAT_MS + this.size * BEAT_MS_EACH).unref();
  }

  dropped(drafted: Drafted): void {
    this.changed.delete(drafted);
  }

  private beat(): void {
    const { changed } = this;
    this.changed = new Set();
    this.size = changed.size;
    this.isScheduled = false;
    for (const drafted of changed) drafted.updateDraft();
  }
}

/** Of the whole process, whose streams share its time. */
export const draftBeat = new DraftBeat();
