import { GatewayError, type Dialect } from '@tollgate/contracts';
import { estimateRequestTokens } from '@tollgate/dialects';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { readCallRequest, type Door } from '../calls/call-request.js';
import type { CallService } from '../calls/call.service.js';

/** The counts of a dialect's callers, of a number of tokens; and the dialect whose prompt is counted. */
const COUNTS: Partial<Record<Dialect, { readonly of: Dialect; readonly told: (tokens: number) => object }>> =
  {
    'anthropic-count-tokens': { of: 'anthropic-messages', told: (tokens) => ({ input_tokens: tokens }) },
    'gemini-count-tokens': { of: 'gemini-content', told: (tokens) => ({ totalTokens: tokens }) },
  };

/**
 * Counts a prompt: the provider does where it can, else it is estimated by length. No tokenizer runs here: they take seconds for a
 * long run of letters, and nobody has one of the newest models.
 */
export async function countTokens(
  calls: CallService,
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  door: Door,
): Promise<void> {
  try {
    await calls.answer(request, reply, door);
  } catch (cause) {
    const count = COUNTS[door.dialect];
    const isUnserved = cause instanceof GatewayError && cause.code === 'endpoint_unsupported';
    if (!isUnserved || count === undefined) throw cause;
    const { body } = readCallRequest(request.body, door);
    const tokens = estimateRequestTokens(promptOf(body), count.of);
    await reply.code(200).header('x-tollgate-token-count', 'estimate').send(count.told(tokens));
  }
}

/** Google's clients may send the whole request that is to be counted. */
function promptOf(body: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const whole = body['generateContentRequest'];
  return typeof whole === 'object' && whole !== null ? (whole as Record<string, unknown>) : body;
}
