import { TASK_OF, type Task } from '@tollgate/contracts';
import type { Guardrail, GuardrailMode } from '@tollgate/config';
import type { AnswerStage } from '../calls/answer-stages.js';
import type { CallRequest } from '../calls/call-request.js';
import { guardrailAsked } from '../events.js';
import { AnswerJudgeStage } from './answer-judge-stage.js';
import { AnswerTextStage } from './answer-text-stage.js';
import { BesideCheck } from './beside.js';
import { undecided } from './guardrail-errors.js';
import type { Judge, JudgedCall } from './judge.js';
import { Placeholders } from './placeholders.js';
import { requestTexts } from './request-texts.js';
import { GuardedFlow, PASSING, RestoringFlow } from './text-flows.js';
import type { SaidText } from './said-text.js';
import { masked, refuseBlocked, type TextGuard } from './text-guard.js';

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

/** A guardrail with what it decides by: one of the two. */
export interface ReadyGuardrail {
  readonly guardrail: Guardrail;
  readonly guard: TextGuard | null;
  readonly judge: Judge | null;
}

/** Answers of these have no texts. */
const WITHOUT_TEXTS: ReadonlySet<Task> = new Set([
  'embedding',
  'moderation',
  'image',
  'speech',
  'token-count',
]);

/** The call as it goes on, and what its answer goes through. Rejects with `guardrail_violation` or `guardrail_unavailable`. */
export async function guardedCall(
  chosen: readonly ReadyGuardrail[],
  judged: JudgedCall,
): Promise<GuardedCall> {
  const { asked } = judged.applicant;
  if (TASK_OF[asked.dialect] === 'realtime') refuseSession(chosen);
  const request = requestTexts(asked);
  const placeholders = new Placeholders(request.texts.map(({ text }) => text));
  const texts = await textsBefore(looking(chosen, 'pre_call'), request.texts, { ...judged, placeholders });
  const beside = besideOf(looking(chosen, 'during_call'), texts, judged);
  const isTold = !WITHOUT_TEXTS.has(TASK_OF[asked.dialect]);
  return {
    asked: request.with(texts.map(({ text }) => text)),
    headers: { 'x-litellm-applied-guardrails': chosen.map(({ guardrail }) => guardrail.name).join(',') },
    stages: [
      ...(beside === null ? [] : [beside]),
      ...(isTold ? answerStages(looking(chosen, 'post_call'), judged) : []),
      // What the provider has said is looked at, and not what was masked: that comes back at last.
      ...(isTold && !placeholders.isEmpty ? [restoringStage(placeholders)] : []),
    ],
    beside,
  };
}

/** NOTE what is said in a session nobody looks through: where somebody must, there is none. */
function refuseSession([first]: readonly ReadyGuardrail[]): void {
  if (first !== undefined) throw undecided(first.guardrail.name, 'it cannot follow a session.');
}

/** Those that look then. What decides by itself does so before the call where it would do it beside. */
function looking(chosen: readonly ReadyGuardrail[], mode: GuardrailMode): ReadyGuardrail[] {
  return chosen.filter(({ guardrail: { modes }, judge }) => {
    if (mode === 'pre_call') return modes.has('pre_call') || (judge === null && modes.has('during_call'));
    return modes.has(mode) && !(mode === 'during_call' && (judge === null || modes.has('pre_call')));
  });
}

/** The texts as the provider gets them: each guardrail sees what those before it have made of them. */
async function textsBefore(
  chosen: readonly ReadyGuardrail[],
  said: readonly SaidText[],
  { placeholders, ...judged }: JudgedCall & { readonly placeholders: Placeholders },
): Promise<readonly SaidText[]> {
  let texts = said;
  for (const { guard, judge } of chosen) {
    const others =
      guard === null
        ? await judge?.({ ...judged, texts, said: 'request' })
        : maskedBy(guard, texts, placeholders);
    if (others) texts = texts.map((said, index) => ({ ...said, text: others[index] ?? said.text }));
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

function answerStages(chosen: readonly ReadyGuardrail[], judged: JudgedCall): AnswerStage[] {
  const stages: AnswerStage[] = [];
  const guards = chosen.flatMap(({ guard }) => guard ?? []);
  const [first] = guards;
  if (first !== undefined) {
    const unreadable = undecided(first.name, 'the answer cannot be read');
    stages.push(new AnswerTextStage({ flowOf: () => new GuardedFlow(guards), unreadable }));
  }
  for (const { guardrail, judge } of chosen)
    if (judge !== null)
      stages.push(
        new AnswerJudgeStage(guardrail.name, (texts) => judge({ ...judged, texts, said: 'response' })),
      );
  return stages;
}

/** NOTE what is sealed comes back in the next request, where nothing can be masked in it: placeholders stay. */
const restoringStage = (placeholders: Placeholders): AnswerTextStage =>
  new AnswerTextStage({
    flowOf: ({ isJson, isSealed }) => (isSealed ? PASSING : new RestoringFlow(placeholders, isJson)),
    unreadable: null,
  });
