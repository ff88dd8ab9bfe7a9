import type { IncomingHttpHeaders } from 'node:http';
import type { CallHeader } from '@tollgate/contracts';
import { estimatePromptTokens } from '@tollgate/dialects';
import type { Caller } from '../auth/caller.js';
import { readTags, readWishes } from './call-options.js';
import type { ChatRequest } from './chat-request.js';
import { forwardedHeaders, traceparentOf } from './forwarded-headers.js';

/** What a call may take beyond its time-out: retries' bookkeeping, the way back. */
const DEADLINE_MARGIN_MS = 5_000;

/** All that the router and the worker learn of a call besides its body. `timeoutMs` is the router's default. */
export function buildCallHeader(
  id: string,
  headers: IncomingHttpHeaders,
  chat: ChatRequest,
  caller: Caller,
  timeoutMs: number,
): CallHeader {
  const wishes = readWishes(headers, chat.body);
  const traceparent = traceparentOf(headers);
  const startedAt = Date.now();
  return {
    id,
    dialect: chat.dialect,
    model: chat.model,
    stream: chat.stream,
    includeUsage: chat.includeUsage,
    principal: caller.principal,
    endUser: chat.endUser ?? endUserHeader(headers),
    tags: readTags(headers, chat.body, caller.tags),
    inputTokens: estimatePromptTokens(chat.body),
    bodyBytes: chat.bytes.length,
    needs: [],
    startedAt,
    deadline: startedAt + (wishes.timeoutMs ?? timeoutMs) + DEADLINE_MARGIN_MS,
    ...wishes,
    headers: forwardedHeaders(headers),
    ...(traceparent !== undefined && { traceparent }),
  };
}

function endUserHeader(headers: IncomingHttpHeaders): string | null {
  const value = headers['x-litellm-end-user-id'] ?? headers['x-litellm-customer-id'];
  return typeof value === 'string' && value !== '' ? value.slice(0, 512) : null;
}
