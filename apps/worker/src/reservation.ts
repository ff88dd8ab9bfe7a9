import type { Bus } from '@tollgate/bus';
import type { Deployment } from '@tollgate/config';
import {
  GatewayError,
  NO_USAGE,
  extendReservation,
  oweAttempt,
  sendingId,
  toGatewayError,
  type AttemptHeader,
  type CallHeader,
  type Outcome,
  type Usage,
} from '@tollgate/contracts';
import { priceUsage } from '@tollgate/pricing';
import { costNotTold } from './events.js';

const ASK_TIMEOUT_MS = 2_000;
/** Whoever waits for the outcome of a failed attempt wants to try another one. */
const TELL_TIMEOUT_MS = 500;

/** What one attempt costs, by what is known of it so far. */
export interface AttemptPrice {
  /** Nano-dollars of a prompt. */
  ofPrompt(usage: Usage): number;
  /** Nano-dollars of a token of the answer. */
  readonly perToken: number;
}

/** null: nobody knows the price, or it is free. */
export function attemptPrice(
  { upstreamModel, call }: AttemptHeader,
  { provider, baseModel, prices }: Deployment,
): AttemptPrice | null {
  const query = {
    provider,
    model: upstreamModel,
    baseModel,
    overrides: prices,
    at: Date.now(),
    tier: call.serviceTier ?? null,
  };
  // Two answers, so that what each call costs beside its tokens is not taken for a price of tokens.
  const [one, two] = [1_000, 2_000].map((output) => priceUsage({ ...NO_USAGE, output }, query));
  if (one === undefined || two === undefined || one === null || two === null) return null;
  const perToken = (two - one) / 1_000;
  const ofPrompt = (usage: Usage): number =>
    priceUsage({ ...usage, output: 0, reasoning: 0, audioOutput: 0, imageOutput: 0 }, query) ?? 0;
  return perToken === 0 && ofPrompt({ ...NO_USAGE, input: 1_000_000 }) === 0 ? null : { ofPrompt, perToken };
}

/** What an attempt may cost, before it is made. */
export interface Reserved {
  /** null: no budget binds the call, or the attempt is free. */
  readonly price: AttemptPrice | null;
  /** What of the call's reservation is this attempt's. */
  readonly heldNanos: number;
  /** What of it is another's that runs beside. */
  readonly besideNanos: number;
  /** Tokens that all answers together may have; null: as the client wants. */
  readonly maxOutputTokens: number | null;
}

const UNBOUND: Reserved = { price: null, heldNanos: 0, besideNanos: 0, maxOutputTokens: null };

/**
 * Makes sure of what an attempt at this deployment needs. What was reserved is made for one attempt at the dearest deployment of the
 * name that was asked for. Earlier attempts may have used some of it, a hedge leaves it to the attempt that it runs beside, and a
 * fallback may be dearer still: then more is reserved, or the answer must be shorter. Rejects with `budget_exceeded` when not even a
 * token of each answer can be paid for, or not the whole of a hedge.
 */
export function reserve(
  bus: Bus,
  header: AttemptHeader,
  deployment: Deployment,
): Reserved | Promise<Reserved> {
  const { call, role, spentNanos = 0 } = header;
  const { allowanceNanos } = call;
  if (allowanceNanos === undefined || role === 'mirror') return UNBOUND;
  const price = attemptPrice(header, deployment);
  if (price === null) return UNBOUND;
  const left = Math.max(0, allowanceNanos - spentNanos);
  const besideNanos = role === 'hedge' ? left : 0;
  const own = left - besideNanos;
  const needed = Math.ceil(promptNanos(call, price) + (call.reservedTokens ?? 0) * price.perToken);
  if (needed <= own) return reserved(header, price, { heldNanos: own, besideNanos });
  const more = askForMore(bus, call, besideNanos + needed);
  return more.then((heldNanos) =>
    reserved(header, price, { heldNanos: Math.max(own, heldNanos - besideNanos), besideNanos }),
  );
}

/**
 * Resolves with what is held for the call then: as much as was asked for where its key's calls go on while shared state is away. A
 * stream that may finish gets it though no budget has room.
 */
export async function askForMore(bus: Bus, call: CallHeader, toNanos: number): Promise<number> {
  const question = { callId: sendingId(call), toNanos, force: mayFinish(call) };
  try {
    const { heldNanos } = await bus.request(extendReservation, question, { timeoutMs: ASK_TIMEOUT_MS });
    return heldNanos;
  } catch (cause) {
    const isAway = toGatewayError(cause).code === 'service_unavailable';
    if (isAway && call.onStateDown === 'allow') return toNanos;
    throw cause;
  }
}

/** Tells what an attempt was billed that did not answer its call, of which the call's settlement knows nothing. Undefined: nothing. Never rejects. */
export function owe(
  bus: Bus,
  { call, attemptId, role }: AttemptHeader,
  { error, costNanos }: Pick<Outcome, 'error' | 'costNanos'>,
): Promise<unknown> | undefined {
  if (call.allowanceNanos === undefined || role === 'mirror' || error === null || !costNanos)
    return undefined;
  const debt = { callId: sendingId(call), attemptId, costNanos };
  return bus
    .request(oweAttempt, debt, { timeoutMs: TELL_TIMEOUT_MS })
    .catch((cause: unknown) => costNotTold(debt, cause));
}

function reserved(
  { call, role, spentNanos = 0 }: AttemptHeader,
  price: AttemptPrice,
  { heldNanos, besideNanos }: Pick<Reserved, 'heldNanos' | 'besideNanos'>,
): Reserved {
  const { answers = 1, reservedTokens = 0, ceilingNanos, isTight = false } = call;
  const tokensFor = (nanos: number): number =>
    price.perToken === 0 ? Infinity : Math.floor((nanos - promptNanos(call, price)) / price.perToken);
  const paid = tokensFor(heldNanos);
  // Another attempt is under way: its answer is better than a shorter one.
  const least = role === 'hedge' ? Math.max(answers, reservedTokens) : answers;
  if (paid < least && !mayFinish(call)) throw spent();
  const most = (): number | null => {
    if (mayFinish(call) || paid === Infinity) return null;
    // A stream asks for more while there is any; it must not run ahead of what its budgets could pay.
    if (ceilingNanos !== undefined) return Math.max(paid, tokensFor(ceilingNanos - spentNanos));
    return isTight || paid < reservedTokens ? paid : null;
  };
  return { price, heldNanos, besideNanos, maxOutputTokens: most() };
}

const promptNanos = ({ inputTokens }: CallHeader, price: AttemptPrice): number =>
  price.ofPrompt({ ...NO_USAGE, input: inputTokens });

const mayFinish = ({ stream, onStreamOverrun }: CallHeader): boolean =>
  stream && onStreamOverrun === 'finish';

/** Of all answers together; infinite: the caller does not say. */
export const wantedTokens = ({ maxOutputTokens = Infinity, answers = 1 }: CallHeader): number =>
  maxOutputTokens * answers;

export const spent = (): GatewayError =>
  new GatewayError(
    'budget_exceeded',
    'Budget has been exceeded! No budget of this call has room for more of the answer.',
  );
