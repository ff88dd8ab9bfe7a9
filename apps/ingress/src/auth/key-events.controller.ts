import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { keyChanged } from '@tollgate/contracts';
import { KeyCache } from './key-cache.js';

interface KeyChanged {
  readonly hash: string;
}

/** What billing tells of keys. */
@Controller()
export class KeyEventsController {
  constructor(private readonly keys: KeyCache) {}

  @EventPattern<Record<string, KeyChanged>>(keyChanged.subject)
  changed(@Payload() event: KeyChanged): void {
    this.keys.drop(event.hash);
  }
}
