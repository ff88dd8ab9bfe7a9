import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { keyChanged, scopesChanged, type ScopeRef } from '@tollgate/contracts';
import { Bindings } from '../budgets/bindings.js';
import { KeyCache } from './key-cache.js';
import { ScopeCache } from './scope-cache.js';

interface KeyChanged {
  readonly hash: string;
}

interface ScopesChanged {
  readonly scopes: readonly ScopeRef[];
  readonly all?: boolean;
}

/** What billing tells of keys and of all else that binds calls. */
@Controller()
export class KeyEventsController {
  constructor(
    private readonly keys: KeyCache,
    private readonly scopes: ScopeCache,
    private readonly bindings: Bindings,
  ) {}

  @EventPattern<Record<string, KeyChanged>>(keyChanged.subject)
  changed(@Payload() { hash }: KeyChanged): void {
    this.keys.drop(hash);
    this.scopes.drop({ kind: 'key', id: hash });
  }

  @EventPattern<Record<string, ScopesChanged>>(scopesChanged.subject)
  scopesChanged(@Payload() { scopes, all = false }: ScopesChanged): void {
    for (const scope of scopes) this.scopes.drop(scope);
    if (!all) return;
    // A group of models may have changed, which keys name too.
    this.keys.distrust();
    this.scopes.distrust();
    this.bindings.tierChanged();
  }
}
