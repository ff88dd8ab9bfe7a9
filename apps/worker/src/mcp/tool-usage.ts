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
import { knownUsage, nothingYet, type KnownUsage, type UsageState } from '../usage-event.js';

/** The usage event of one call of a tool: drafted before the request goes out, so that a worker which dies leaves it to the ledger. */
export class ToolUsage {
  private readonly draft: DurableDraft<UsageState>;
  private readonly known: KnownUsage;
  private readonly begun: UsageState;
  private isCommitted = false;

  constructor(bus: Bus, { call, tool = '' }: McpHeader, server: McpServer, apiBase: string) {
    const { model } = call;
    const header = {
      ...{ call, attemptId: attemptIdOf(call), deploymentId: `mcp:${server.name}`, group: model },
      ...({ upstreamModel: model, role: 'primary', arm: null } as const),
    };
    this.known = knownUsage(header, { provider: MCP_PROVIDER }, apiBase);
    this.begun = { ...nothingYet(this.known), costNanos: toolCost(server, tool) };
    this.draft = bus.draft(usageRecorded, this.known, this.begun);
  }

  /** Resolves with the cost when the event is safe in the outbox. Only the first time counts. Never rejects. */
  async commit(status: UsageEvent['status'], errorCode: ErrorCode | null): Promise<number> {
    const costNanos = status === 'failed' ? 0 : (this.begun.costNanos ?? 0);
    if (this.isCommitted) return costNanos;
    this.isCommitted = true;
    const state = { ...this.begun, status, costNanos, errorCode, measured: true, endedAt: Date.now() };
    try {
      await this.draft.commit(state);
    } catch (cause) {
      usageNotRecorded({ ...this.known, ...state }, cause);
    }
    return costNanos;
  }
}

/** A call of a tool is made once. */
export const attemptIdOf = ({ id }: McpHeader['call']): string => `${id}:1`;
