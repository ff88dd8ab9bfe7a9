/** Belongs to one `SlotSet` at most, which keeps its place here. */
export interface SlotMember {
  /** Set by the collection alone; undefined while it is in none. */
  slot?: number | undefined;
}

/** A set for objects that come and go all the time; each knows its place. Order is not kept. */
export class SlotSet<Member extends SlotMember> {
  private readonly members: Member[] = [];

  add(member: Member): void {
    if (member.slot !== undefined) return;
    member.slot = this.members.length;
    this.members.push(member);
  }

  /** Whether it was there. */
  delete(member: Member): boolean {
    const { slot } = member;
    const last = this.members.at(-1);
    if (slot === undefined || last === undefined) return false;
    this.members[slot] = last;
    last.slot = slot;
    member.slot = undefined;
    this.members.pop();
    return true;
  }

  /** A copy: members may come and go while it is gone through. */
  values(): Member[] {
    return [...this.members];
  }

  get size(): number {
    return this.members.length;
  }
}
