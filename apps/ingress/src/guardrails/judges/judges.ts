import { Injectable } from '@nestjs/common';
import { LiveVariables, type Guardrail } from '@tollgate/config';
import { InnerCalls } from '../../calls/inner-calls.js';
import { certain, type Judge } from '../judge.js';
import { moderationJudge } from './moderation-judge.js';
import { topicsJudge } from './topics-judge.js';
import { webhookJudge } from './webhook-judge.js';

/** Whom guardrails ask that do not decide by themselves. */
@Injectable()
export class Judges {
  constructor(
    private readonly variables: LiveVariables,
    private readonly calls: InnerCalls,
  ) {}

  /** Null: the guardrail decides by itself. */
  of({ name, rule }: Guardrail): Judge | null {
    switch (rule.kind) {
      case 'webhook':
        return certain(webhookJudge(name, rule, this.variables), { name, failsOpen: rule.failsOpen });
      case 'moderation':
        return certain(moderationJudge(name, rule, this.calls), { name, failsOpen: rule.failsOpen });
      case 'topics':
        return certain(topicsJudge(name, rule, this.calls), { name, failsOpen: rule.failsOpen });
      case 'patterns':
      case 'secrets':
      case 'prompt_injection':
      case 'max_length':
        return null;
    }
  }
}
