import { Injectable } from '@nestjs/common';
import { LiveConfig, type Guardrail, type GuardrailMode } from '@tollgate/config';
import { routedModel } from '../auth/routed-model.js';
import { ScopeCache } from '../auth/scope-cache.js';
import type { AnswerStage } from '../calls/answer-stages.js';
import type { Applicant } from '../calls/call-intake.js';
import type { CallRequest } from '../calls/call-request.js';
import { guardrailAsked } from '../events.js';
import type { CallContext } from '../http/request-context.js';
import { AnswerJudgeStage } from './answer-judge-stage.js';
import { AnswerTextStage } from './answer-text-stage.js';
import { BesideCheck } from './beside.js';
import { askedGuardrails, GuardrailChoice } from './guardrail-choice.js';
import { undecided } from './guardrail-errors.js';
import type { Judge, JudgedCall } from './judge.js';
import { Judges } from './judges/judges.js';
import { guardrailNames } from './names.js';
import { Placeholders } from './placeholders.js';
import { requestTexts } from './request-texts.js';
import { GuardedFlow, RestoringFlow } from './text-flows.js';
import { masked, refuseBlocked, textGuard, type SaidText, type TextGuard } from './text-guard.js';

/** A call that its guardrails let go on. */
export interface GuardedCall {
  /** Maybe with other texts. */
  readonly asked: CallRequest;
  /** For the answer. */
  readonly headers: Readonly<Record<string, string>>;
  readonly stages: readonly AnswerStage[];
  /** What is still to be decided; it is one of the stages too. */
  readonly beside: BesideCheck | null;
}

interface ReadyGuardrail {
  readonly guardrail: Guardrail;
  /** One of the two. */
  readonly guard: TextGuard | null;
  readonly judge: Judge | null;
}

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

  /** Throws `guardrail_violation`, `guardrail_unavailable`, or `invalid_request` for a name that there is not. */
  async guard(call: CallContext, applicant: Applicant): Promise<GuardedCall> {
    const chosen = await this.chosen(applicant);
    if (chosen.length === 0) return { asked: applicant.asked, headers: {}, stages: [], beside: null };
    const names = chosen.map(({ guardrail }) => guardrail.name);
    const request = requestTexts(applicant.asked);
    const placeholders = new Placeholders(request.texts.map(({ text }) => text));
    const texts = await before(looking(chosen, 'pre_call'), request.texts, { call, applicant, placeholders });
    const beside = besideOf(looking(chosen, 'during_call'), texts, { call, applicant });
    const stages = [
      ...(beside === null ? [] : [beside]),
      ...answerStages(looking(chosen, 'post_call'), { call, applicant }),
      ...(placeholders.isEmpty ? [] : [restoringStage(placeholders)]),
    ];
    return {
      asked: request.with(texts.map(({ text }) => text)),
      headers: { 'x-litellm-applied-guardrails': names.join(',') },
      stages,
      beside,
    };
  }

  private async chosen({ asked, caller }: Applicant): Promise<ReadyGuardrail[]> {
    const { principal, key } = caller;
    const isNative = asked.native !== undefined;
    const { router, guardrails } = this.config.current;
    const chosen = this.choice.of({
      model: routedModel(asked.model, principal, router),
      ofKey: guardrailNames(key?.metadata),
      ofTeam: principal.teamId === null ? [] : await this.ofTeam(principal.teamId),
      // A field of that name is the provider's there.
      asked: isNative ? [] : askedGuardrails(asked.body),
    });
    return guardrails.size === 0 ? [] : chosen.flatMap(({ name }) => this.ready.get(name) ?? []);
  }

  private async ofTeam(teamId: string): Promise<string[]> {
    const [team] = await this.scopes.find([`team:${teamId}`]);
    return guardrailNames(team?.metadata);
  }
}

/** Those that look then. What decides by itself does so before the call where it would do it beside. */
function looking(chosen: readonly ReadyGuardrail[], mode: GuardrailMode): ReadyGuardrail[] {
  return chosen.filter(({ guardrail: { modes }, judge }) => {
    if (mode === 'pre_call') return modes.has('pre_call') || (judge === null && modes.has('during_call'));
    return modes.has(mode) && !(mode === 'during_call' && (judge === null || modes.has('pre_call')));
  });
}

/** The texts as the provider gets them: each guardrail sees what those before it have made of them. */
async function before(
  chosen: readonly ReadyGuardrail[],
  said: readonly SaidText[],
  { call, applicant, placeholders }: JudgedCall & { readonly placeholders: Placeholders },
): Promise<readonly SaidText[]> {
  let texts = said;
  for (const { guard, judge } of chosen) {
    const others =
      guard === null
        ? await judge?.({ call, applicant, texts, said: 'request' })
        : maskedBy(guard, texts, placeholders);
    if (others) texts = texts.map(({ role, text }, index) => ({ role, text: others[index] ?? text }));
  }
  return texts;
}

function maskedBy(guard: TextGuard, texts: readonly SaidText[], placeholders: Placeholders): string[] {
  const found = guard.find(texts);
  refuseBlocked(guard, found.flat());
  if (found.some(({ length }) => length > 0)) guardrailAsked(guard.name, 'masked');
  return texts.map(({ text }, index) => masked(text, found[index] ?? [], placeholders));
}

function besideOf(
  chosen: readonly ReadyGuardrail[],
  texts: readonly SaidText[],
  judged: JudgedCall,
): BesideCheck | null {
  const judges = chosen.flatMap(({ judge }) => judge ?? []);
  if (judges.length === 0) return null;
  return new BesideCheck(Promise.all(judges.map((judge) => judge({ ...judged, texts, said: 'request' }))));
}

/** What the provider has said is looked at, and not what was masked: that comes back at last. */
function answerStages(chosen: readonly ReadyGuardrail[], judged: JudgedCall): AnswerStage[] {
  const guards = chosen.flatMap(({ guard }) => guard ?? []);
  const judges = chosen.flatMap(({ guardrail: { name }, judge }) =>
    judge === null ? [] : [{ name, judge }],
  );
  const [first] = guards;
  return [
    ...(first === undefined
      ? []
      : [
          new AnswerTextStage({
            flowOf: () => new GuardedFlow(guards),
            unreadable: undecided(first.name, 'the answer cannot be read'),
          }),
        ]),
    ...judges.map(
      ({ name, judge }) =>
        new AnswerJudgeStage(name, (texts) => judge({ ...judged, texts, said: 'response' })),
    ),
  ];
}

const restoringStage = (placeholders: Placeholders): AnswerTextStage =>
  new AnswerTextStage({ flowOf: (isJson) => new RestoringFlow(placeholders, isJson), unreadable: null });
