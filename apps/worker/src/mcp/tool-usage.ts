import type { Bus, DurableDraft } from '@tollgate/bus';
import { toolCost, type McpServer } from '@tollgate/config';
import {
  MCP_PROVIDER,
  usageRecorded,
  type ErrorCode,
  type McpHeader,
  type UsageEvent,
} from '@tollgate/contracts';
import { usageNotRecorded } from '../events.js';
import { initialEvent } from '../usage-record.js';

/** The usage event of one call of a tool: drafted before the request goes out, so that a worker which dies leaves it to the ledger. */
export class ToolUsage {
  private readonly draft: DurableDraft<UsageEvent>;
  private readonly initial: UsageEvent;
  private isCommitted = false;

  constructor(bus: Bus, { call, tool = '' }: McpHeader, server: McpServer, apiBase: string) {
    const { model } = call;
    const header = {
      ...{ call, attemptId: attemptIdOf(call), deploymentId: `mcp:${server.name}`, group: model },
      ...({ upstreamModel: model, role: 'primary', arm: null } as const),
    };
    const event = initialEvent(header, { provider: MCP_PROVIDER }, apiBase);
    this.initial = { ...event, costNanos: toolCost(server, tool) };
    this.draft = bus.draft(usageRecorded, this.initial);
  }

  /** Resolves with the cost when the event is safe in the outbox. Only the first time counts. Never rejects. */
  async commit(status: UsageEvent['status'], errorCode: ErrorCode | null): Promise<number> {
    const costNanos = status === 'failed' ? 0 : (this.initial.costNanos ?? 0);
    if (this.isCommitted) return costNanos;
    this.isCommitted = true;
    const event = { ...this.initial, status, costNanos, errorCode, measured: true, endedAt: Date.now() };
    try {
      await this.draft.commit(event);
    } catch (cause) {
      usageNotRecorded(event, cause);
    }
    return costNanos;
  }
}

/** A call of a tool is made once. */
export const attemptIdOf = ({ id }: McpHeader['call']): string => `${id}:1`;
