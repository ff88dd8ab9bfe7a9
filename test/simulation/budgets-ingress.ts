import type { Bus } from '@tollgate/bus';
import type { LiveConfig } from '@tollgate/config';
import {
  alertRaised,
  extendReservation,
  findKey,
  findScopes,
  oweAttempt,
  seedCounters,
  type CallHeader,
  type RequestContract,
} from '@tollgate/contracts';
import type { State } from '@tollgate/state';
import { BudgetNews } from '../../apps/ingress/src/alerts/budget-news.js';
import type { Caller } from '../../apps/ingress/src/auth/caller.js';
import { KeyCache } from '../../apps/ingress/src/auth/key-cache.js';
import { ModelAccess } from '../../apps/ingress/src/auth/model-access.js';
import { ScopeCache } from '../../apps/ingress/src/auth/scope-cache.js';
import { Bindings } from '../../apps/ingress/src/budgets/bindings.js';
import { CallLimitBooks } from '../../apps/ingress/src/budgets/call-limit-books.js';
import { Estimates } from '../../apps/ingress/src/budgets/estimates.js';
import { Admission } from '../../apps/ingress/src/calls/admission.js';
import { CallEntry, type EnteredCall } from '../../apps/ingress/src/calls/call-entry.js';
import type { CallIntake } from '../../apps/ingress/src/calls/call-intake.js';
import { assembleBilling } from './budgets-billing.js';
import type { Database } from '@tollgate/database';

/** Records of keys and scopes are asked for once a day: every change is told. */
const TTL_MS = 86_400_000;

/** Ingress and billing in one process, joined by a bus that calls the other's parts. */
export function assembleGateway(database: Database, state: State, config: LiveConfig) {
  const answers = new Map<string, (question: never) => Promise<unknown>>();
  const answer = <Question, Reply>(
    { subject }: RequestContract<Question, Reply>,
    handler: (question: Question) => Promise<Reply>,
  ): void => void answers.set(subject, handler);
  const bus = {
    isConnected: () => true,
    publish: () => undefined,
    request: ({ subject }: { subject: string }, question: unknown) =>
      answers.get(subject)!(question as never),
    record: async ({ subject }: { subject: string }, alert: never) => {
      if (subject === alertRaised.subject) await billing.desk.keep([alert]);
    },
  } as unknown as Bus;
  const billing = assembleBilling(database, state, config, bus);
  const ingress = assembleIngress(state, config, bus);
  answer(findKey, ({ hash }) => billing.keys.find(hash));
  answer(findScopes, async ({ scopes }) => ({ scopes: await billing.scopes.find(scopes) }));
  answer(seedCounters, async ({ counters }) => ({ seeded: await billing.seeds.seed([...counters]) }));
  answer(extendReservation, ({ callId, toNanos, force }) => ingress.admission.extend(callId, toNanos, force));
  answer(oweAttempt, async (debt) => {
    await ingress.admission.owe(debt);
    return {};
  });
  return { bus, billing, ...ingress };
}

export type SimulatedGateway = ReturnType<typeof assembleGateway>;

function assembleIngress(state: State, config: LiveConfig, bus: Bus) {
  const ttlMs = (): number => TTL_MS;
  const keys = new KeyCache(bus, { ttlMs });
  const bindings = new Bindings(new ScopeCache(bus, { ttlMs }), config, bus);
  const books = new CallLimitBooks(config);
  const admission = new Admission(state, bus, config, books, new Estimates(config), new BudgetNews(bus));
  // No key of these wants another model when its budget is spent: a call's header is made once.
  const intake = {} as CallIntake;
  const entry = new CallEntry(intake, bindings, new ModelAccess(config), admission, config);
  const enter = (caller: Caller, header: CallHeader): EnteredCall | Promise<EnteredCall> =>
    entry.enter({} as never, { header, cacheMarked: false }, { caller } as never);
  return { keys, admission, enter };
}
