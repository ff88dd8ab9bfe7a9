import { Injectable } from '@nestjs/common';
import { toolCost } from '@tollgate/config';
import { GatewayError, toGatewayError, type ResponseEnd, type RpcMessage } from '@tollgate/contracts';
import { Admission } from '../calls/admission.js';
import type { Pass, Settlement } from '../calls/pass.js';
import type { PricedCost } from '../budgets/call-prices.js';
import { McpRequests, headerFor, type OpenRequest } from './mcp-requests.js';
import type { McpVisit } from './mcp-visits.js';
import { namespaced, type PermittedServer } from './permitted-servers.js';

/** A tool that is being called. */
export interface ToolCall extends OpenRequest {
  /** For the answer: what is left of each limit. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Calls tools: admits, asks, settles. */
@Injectable()
export class ToolCalls {
  constructor(
    private readonly admission: Admission,
    private readonly requests: McpRequests,
  ) {}

  /** @param tool by the server's own name. Rejects with the errors of `Admission`. */
  async open(
    visit: McpVisit,
    { server, tool }: { readonly server: PermittedServer['server']; readonly tool: string },
    message: RpcMessage,
  ): Promise<ToolCall> {
    const header = { ...headerFor(visit, server), model: `MCP: ${namespaced(server, tool)}` };
    const { caller, records } = visit;
    const pass = await this.admission.admit({
      ...{ header, caller, records, model: header.model, cacheMarked: false },
      // No model stands in for a tool.
      isFallback: true,
      cost: fixedCost(toolCost(server, tool)),
    });
    if ('model' in pass) throw new GatewayError('internal', 'Internal server error');
    if (pass.counters.length > 0) header.counters = [...pass.counters];
    const own = { ...message, params: { ...message.params, name: tool } };
    const { messages, cancel } = this.requests.open(header, server.name, own, tool);
    return { messages: settling(messages, pass, `${header.id}:1`), cancel, headers: pass.headers };
  }
}

/** A call of a tool costs what it costs. null: nothing. */
const fixedCost = (nanos: number): PricedCost | null =>
  nanos === 0
    ? null
    : {
        ...{ leastNanos: nanos, likelyNanos: nanos, mostNanos: nanos, longestNanos: nanos },
        tokensFor: () => 0,
      };

async function* settling(
  messages: OpenRequest['messages'],
  pass: Pass,
  attemptId: string,
): OpenRequest['messages'] {
  // Whoever stops reading leaves a tool at work.
  let settlement: Settlement = { tokens: 0, costNanos: null, attemptId };
  try {
    const end: ResponseEnd = yield* messages;
    settlement = { ...settlement, costNanos: end.costNanos ?? 0 };
    return end;
  } catch (cause) {
    if (!UNSEEN.has(toGatewayError(cause).code)) settlement = { ...settlement, costNanos: 0 };
    throw cause;
  } finally {
    pass.settle(settlement);
  }
}

/** The tool may have worked: what is held stays held until billing knows. */
const UNSEEN: ReadonlySet<string> = new Set([
  ...['cancelled', 'deadline_exceeded', 'draining', 'service_lost'],
  ...['upstream_timeout', 'upstream_stream_broken'],
]);
