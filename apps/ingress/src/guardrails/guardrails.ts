import { Injectable } from '@nestjs/common';
import { LiveConfig } from '@tollgate/config';
import { TASK_OF, type ScopeRecord } from '@tollgate/contracts';
import { routedModel } from '../auth/routed-model.js';
import { ScopeCache } from '../auth/scope-cache.js';
import type { Applicant } from '../calls/call-intake.js';
import type { CallContext } from '../http/request-context.js';
import { guardedCall, type GuardedCall, type ReadyGuardrail } from './guarded-call.js';
import { askedGuardrails, GuardrailChoice } from './guardrail-choice.js';
import { Judges } from './judges/judges.js';
import { guardrailNames } from './names.js';
import { textGuard } from './text-guard.js';

const NO_TEAM: readonly ScopeRecord[] = [];
const NONE: readonly ReadyGuardrail[] = [];

/** Looks at what is asked and what is answered, by the guardrails of the config. */
@Injectable()
export class Guardrails {
  private choice!: GuardrailChoice;
  private ready: ReadonlyMap<string, ReadyGuardrail> = new Map();

  constructor(
    private readonly config: LiveConfig,
    private readonly scopes: ScopeCache,
    judges: Judges,
  ) {
    config.follow((current) => {
      this.choice = new GuardrailChoice(current);
      this.ready = new Map(
        [...current.guardrails].map(([name, guardrail]) => [
          name,
          { guardrail, guard: textGuard(guardrail), judge: judges.of(guardrail) },
        ]),
      );
    });
  }

  /**
   * At once where nothing is looked for. Rejects, or throws, with `guardrail_violation`, `guardrail_unavailable`, or
   * `invalid_request` for a name that there is not.
   */
  guard(call: CallContext, applicant: Applicant): GuardedCall | Promise<GuardedCall> {
    const { teamId } = applicant.caller.principal;
    const team = teamId === null ? NO_TEAM : this.scopes.find([`team:${teamId}`]);
    const judged = { call, applicant };
    const guardedBy = (found: readonly ScopeRecord[]): GuardedCall | Promise<GuardedCall> => {
      const chosen = this.chosen(applicant, found[0]);
      if (chosen.length > 0) return guardedCall(chosen, judged);
      return { asked: applicant.asked, headers: {}, stages: [], beside: null };
    };
    return team instanceof Promise ? team.then(guardedBy) : guardedBy(team);
  }

  private chosen({ asked, caller }: Applicant, team: ScopeRecord | undefined): readonly ReadyGuardrail[] {
    const { principal, key } = caller;
    const names = this.choice.of({
      model: routedModel(asked.model, principal, this.config.current.router),
      ofKey: guardrailNames(key?.metadata),
      ofTeam: guardrailNames(team?.metadata),
      // A field of that name is the provider's own there.
      asked: asked.native === undefined ? askedGuardrails(asked.body) : [],
    });
    if (names.length === 0) return NONE;
    const ready = names.flatMap((name) => this.ready.get(name) ?? []);
    // Who asks for a moderation wants to be told, whatever it is.
    const isModeration = TASK_OF[asked.dialect] === 'moderation';
    return isModeration ? ready.filter(({ guardrail: { rule } }) => rule.kind !== 'moderation') : ready;
  }
}
