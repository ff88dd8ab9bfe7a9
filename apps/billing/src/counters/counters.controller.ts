import { Controller } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import { seedCounters } from '@tollgate/contracts';
import { guardDatabase } from '@tollgate/database';
import { CounterSeeds } from './counter-seeds.js';

/** Answers what is asked of budget counters. */
@Controller()
export class CountersController {
  constructor(private readonly seeds: CounterSeeds) {}

  @MessagePattern(seedCounters.subject)
  async seed({ counters }: { readonly counters: string[] }): Promise<{ seeded: number }> {
    return { seeded: await guardDatabase(() => this.seeds.seed(counters)) };
  }
}
