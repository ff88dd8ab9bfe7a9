import type { IncomingHttpHeaders } from 'node:http';
import type { GatewayConfig } from '@tollgate/config';
import type { CallHeader, ServiceTier } from '@tollgate/contracts';
import { estimateRequestTokens } from '@tollgate/dialects';
import type { Caller } from '../auth/caller.js';
import { deadlineOf } from './call-deadline.js';
import { readTags, readWishes } from './call-options.js';
import type { CallRequest } from './call-request.js';
import { forwardedHeaders, nativeHeaders, traceparentOf } from './forwarded-headers.js';
import { promptNeeds } from './prompt-needs.js';
import { ENOUGH_TOKENS, promptPrefix } from './prompt-prefix.js';
import { countAt, ruleOf } from './request-rules.js';
import { readDeterministic, readFallbacks, readRegions } from './routing-options.js';
import { readSessionId } from './session-id.js';

/** Where a call's header comes from. */
export interface CallSource {
  readonly id: string;
  readonly headers: IncomingHttpHeaders;
  readonly asked: CallRequest;
  readonly caller: Caller;
  readonly config: GatewayConfig;
}

/** A call as far as its request tells. */
export interface DescribedCall {
  readonly header: CallHeader;
  /** Parts of the prompt are marked for a provider's cache, which costs more to write than to read. */
  readonly cacheMarked: boolean;
}

/** All that the router and the worker learn of a call besides its body. Throws `invalid_request` naming a bad field. */
export function buildCallHeader({ id, headers, asked, caller, config }: CallSource): DescribedCall {
  const { body, dialect } = asked;
  const { principal } = caller;
  const wishes = readWishes(headers, body);
  const inputTokens = estimateRequestTokens(body, dialect);
  const { needs, cacheMarked } = promptNeeds(body);
  const startedAt = Date.now();
  const header: CallHeader = {
    id,
    dialect,
    model: asked.model,
    stream: asked.stream,
    includeUsage: asked.includeUsage,
    principal,
    endUser: asked.endUser ?? endUserHeader(headers),
    tags: readTags(headers, body, caller.tags),
    inputTokens,
    bodyBytes: asked.bytes.length,
    needs,
    startedAt,
    deadline: startedAt + deadlineOf(wishes.timeoutMs, principal, config, dialect),
    headers:
      asked.headers ??
      (asked.native === undefined
        ? forwardedHeaders(headers)
        : nativeHeaders(headers, config.general.keyHeaderName)),
  };
  const hasPrefix = config.router.affinity.promptPrefix && (cacheMarked || inputTokens >= ENOUGH_TOKENS);
  // Assigned rather than spread: most calls have none of these.
  Object.assign(header, wishes);
  const { caps, answers: answersAt } = ruleOf(dialect);
  let maxOutputTokens: number | undefined;
  for (const path of caps) maxOutputTokens ??= countAt(body, path);
  if (maxOutputTokens !== undefined) header.maxOutputTokens = maxOutputTokens;
  const answers = countAt(body, answersAt) ?? 1;
  if (answers > 1) header.answers = answers;
  if (asked.contentType !== undefined) header.contentType = asked.contentType;
  if (asked.native !== undefined) {
    header.native = asked.native;
    // Nobody but the provider that is named understands it.
    header.deterministic = true;
  }
  if (asked.deploymentId !== undefined) {
    header.deploymentId = asked.deploymentId;
    header.deterministic = true;
  }
  const serviceTier = dearerTier(body);
  if (serviceTier !== undefined) header.serviceTier = serviceTier;
  const sessionId = readSessionId(headers, body);
  if (sessionId !== undefined) header.sessionId = sessionId;
  if (hasPrefix) header.promptPrefix = promptPrefix(body, cacheMarked);
  const regions = readRegions(body, caller.regions);
  if (regions !== undefined) header.regions = regions;
  const fallbacks = readFallbacks(body);
  if (fallbacks !== undefined) header.fallbacks = fallbacks;
  if (readDeterministic(headers, body)) header.deterministic = true;
  const traceparent = traceparentOf(headers);
  if (traceparent !== undefined) header.traceparent = traceparent;
  return { header, cacheMarked };
}

/** NOTE a cheaper tier reserves what the standard one costs: providers may serve it by that. */
function dearerTier(body: Readonly<Record<string, unknown>>): ServiceTier | undefined {
  if (body['service_tier'] === 'priority') return 'priority';
  return body['speed'] === 'fast' ? 'fast' : undefined;
}

function endUserHeader(headers: IncomingHttpHeaders): string | null {
  const value = headers['x-litellm-end-user-id'] ?? headers['x-litellm-customer-id'];
  return typeof value === 'string' && value !== '' ? value.slice(0, 512) : null;
}
