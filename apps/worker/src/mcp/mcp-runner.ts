import { Inject, Injectable } from '@nestjs/common';
import { BUS, type Bus, type CallContext } from '@tollgate/bus';
import {
  MCP_PROVIDER,
  NO_USAGE,
  rpcMessage,
  toGatewayError,
  type ErrorCode,
  type McpHeader,
  type RpcMessage,
} from '@tollgate/contracts';
import { encodeNdjson } from '@tollgate/dialects';
import { McpClient } from '@tollgate/providers';
import { WORKING } from '../run-upstream.js';
import { mcpFinished } from './events.js';
import { McpTargets, type FoundServer } from './mcp-targets.js';
import { ToolUsage, attemptIdOf } from './tool-usage.js';

/** Asks MCP servers, hands on what they say, and writes a usage event for each tool that was called. */
@Injectable()
export class McpRunner {
  constructor(
    private readonly targets: McpTargets,
    private readonly client: McpClient,
    @Inject(BUS) private readonly bus: Bus,
  ) {}

  /** Rejects with a GatewayError: before the first message it is the caller's as it is, afterwards the bus tells of it. */
  async run(header: McpHeader, context: CallContext): Promise<void> {
    const startedAt = performance.now();
    const finished = (code: ErrorCode | null): void =>
      mcpFinished(header.server, code, performance.now() - startedAt);
    try {
      await this.ask(header, context);
      finished(null);
    } catch (cause) {
      finished(toGatewayError(cause).code);
      throw cause;
    }
  }

  private async ask(header: McpHeader, context: CallContext): Promise<void> {
    const { call, server, tool } = header;
    const found = this.targets.find(server, call.headers);
    const message = rpcMessage.parse(JSON.parse(Buffer.from(await context.body.bytes()).toString()));
    let usage: ToolUsage | null = null;
    const sending = (): void => {
      if (tool !== undefined)
        usage ??= new ToolUsage(this.bus, header, found.server, found.target.url.origin);
    };
    const messages = this.client.request({
      ...{ target: found.target, owner: call.principal.keyHash, message, sending },
      ...{ signal: context.aborts, deadline: call.deadline },
    });
    const written = new Written(header, found, context);
    try {
      for await (const received of messages) {
        // The bill is safe before the caller has the answer.
        if (received.method === undefined) written.costNanos = await settled(usage, received);
        await written.write(received);
      }
    } catch (cause) {
      const { code } = toGatewayError(cause);
      await (usage as ToolUsage | null)?.commit(WORKING.has(code) ? 'partial' : 'failed', code);
      throw cause;
    }
    context.response.end({ usage: NO_USAGE, costNanos: written.costNanos });
  }
}

/** A tool that tells of its own failure has worked. */
const settled = async (usage: ToolUsage | null, { error }: RpcMessage): Promise<number> =>
  (await usage?.commit(
    error === undefined ? 'complete' : 'failed',
    error === undefined ? null : 'upstream_bad_request',
  )) ?? 0;

/** The lines of an answer; its head goes out with the first. */
class Written {
  costNanos = 0;
  private begun = false;

  constructor(
    private readonly header: McpHeader,
    private readonly found: FoundServer,
    private readonly context: CallContext,
  ) {}

  async write(message: RpcMessage): Promise<void> {
    if (!this.begun) this.begin();
    await this.context.response.write(encodeNdjson(message));
  }

  private begin(): void {
    this.begun = true;
    const { call, server } = this.header;
    this.context.response.head({
      status: 200,
      headers: { 'content-type': 'application/x-ndjson' },
      attemptId: attemptIdOf(call),
      deploymentId: `mcp:${server}`,
      group: call.model,
      provider: MCP_PROVIDER,
      upstreamModel: call.model,
      apiBase: this.found.target.url.origin,
      retries: 0,
      fallbacks: 0,
      costNanos: null,
      upstreamMs: 0,
    });
  }
}
