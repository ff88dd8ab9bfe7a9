import { Injectable } from '@nestjs/common';
import { BoundedMap } from '@tollgate/collections';
import type { CallContext } from '../http/request-context.js';

/** About as many calls as a router remembers decisions of. */
const CAPACITY = 2_000;

/** Our ids of the last calls whose clients named them by ids of their own (`x-litellm-call-id`). */
@Injectable()
export class ClientCallIds {
  private readonly ours = new BoundedMap<string, string>(CAPACITY);

  note({ clientId, id }: CallContext): void {
    if (clientId !== id) this.ours.set(clientId, id);
  }

  /** The newest call of the name. */
  ourIdOf(clientId: string): string | undefined {
    return this.ours.get(clientId);
  }
}
