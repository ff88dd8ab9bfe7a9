import { Injectable } from '@nestjs/common';
import { LiveConfig } from '@tollgate/config';
import { CallPrices, type PricedCall, type PricedCost } from './call-prices.js';
import { LearnedUse } from './learned-use.js';

/** What calls will cost, by the prices of the config and by what others used. */
@Injectable()
export class Estimates {
  private readonly learned = new LearnedUse();
  private prices!: CallPrices;

  constructor(config: LiveConfig) {
    config.follow((current) => {
      this.prices = new CallPrices(current, this.learned);
    });
  }

  /** null: the call is free, or nobody knows its price. */
  costOf(call: PricedCall): PricedCost | null {
    return this.prices.costOf(call);
  }

  learn(model: string, use: Parameters<LearnedUse['learn']>[1]): void {
    this.learned.learn(model, use);
  }
}
