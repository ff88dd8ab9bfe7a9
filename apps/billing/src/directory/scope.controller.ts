import { Controller } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import { findScopes, type ScopeRecord, type ScopeRef } from '@tollgate/contracts';
import { guardDatabase } from '@tollgate/database';
import { ScopeFinder } from './scope-finder.js';

/** What binds calls, for ingress to keep until it is told of a change. */
@Controller()
export class ScopeController {
  constructor(private readonly finder: ScopeFinder) {}

  @MessagePattern(findScopes.subject)
  async find({ scopes }: { scopes: ScopeRef[] }): Promise<{ scopes: ScopeRecord[] }> {
    return { scopes: await guardDatabase(() => this.finder.find(scopes)) };
  }
}
