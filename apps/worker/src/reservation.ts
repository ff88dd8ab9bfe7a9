import type { Bus } from '@tollgate/bus';
import type { Deployment } from '@tollgate/config';
import {
  GatewayError,
  NO_USAGE,
  extendReservation,
  type AttemptHeader,
  type CallHeader,
  type Usage,
} from '@tollgate/contracts';
import { priceUsage } from '@tollgate/pricing';

const ASK_TIMEOUT_MS = 2_000;

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
  readonly heldNanos: number;
  /** Tokens that all answers together may have; null: as the client wants. */
  readonly maxOutputTokens: number | null;
}

const UNBOUND: Reserved = { price: null, heldNanos: 0, maxOutputTokens: null };

/**
 * Makes sure of what an attempt at this deployment needs. What was reserved is made for the dearest deployment of the name that was
 * asked for; a fallback may be dearer still: then more is reserved, or its answer must be shorter. Rejects with `budget_exceeded`
 * when not even a token of each answer can be paid for.
 */
export function reserve(
  bus: Bus,
  header: AttemptHeader,
  deployment: Deployment,
): Reserved | Promise<Reserved> {
  const { call } = header;
  const { allowanceNanos } = call;
  if (allowanceNanos === undefined || header.role === 'mirror') return UNBOUND;
  const price = attemptPrice(header, deployment);
  if (price === null) return UNBOUND;
  const needed = Math.ceil(promptNanos(call, price) + (call.reservedTokens ?? 0) * price.perToken);
  if (needed <= allowanceNanos) return reserved(call, price, allowanceNanos);
  const more = askForMore(bus, call.id, needed, mayFinish(call));
  return more.then((heldNanos) => reserved(call, price, Math.max(allowanceNanos, heldNanos)));
}

/** Resolves with what is held for the call then. `force`: though no budget has room. */
export async function askForMore(bus: Bus, callId: string, toNanos: number, force: boolean): Promise<number> {
  const question = { callId, toNanos, force };
  const { heldNanos } = await bus.request(extendReservation, question, { timeoutMs: ASK_TIMEOUT_MS });
  return heldNanos;
}

function reserved(call: CallHeader, price: AttemptPrice, heldNanos: number): Reserved {
  const { answers = 1, reservedTokens = 0, ceilingNanos, isTight = false } = call;
  const tokensFor = (nanos: number): number =>
    price.perToken === 0 ? Infinity : Math.floor((nanos - promptNanos(call, price)) / price.perToken);
  const paid = tokensFor(heldNanos);
  if (paid < answers && !mayFinish(call)) throw spent();
  const most = (): number | null => {
    if (mayFinish(call) || paid === Infinity) return null;
    // A stream asks for more while there is any; it must not run ahead of what its budgets could pay.
    if (ceilingNanos !== undefined) return Math.max(paid, tokensFor(ceilingNanos));
    return isTight || paid < reservedTokens ? paid : null;
  };
  return { price, heldNanos, maxOutputTokens: most() };
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
