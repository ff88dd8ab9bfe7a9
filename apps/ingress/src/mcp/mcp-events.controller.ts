import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { mcpCancelled, type McpRequestName } from '@tollgate/contracts';
import { OpenToolCalls } from './open-tool-calls.js';

/** What other replicas hear of MCP clients. */
@Controller()
export class McpEventsController {
  constructor(private readonly calls: OpenToolCalls) {}

  @EventPattern<Record<string, McpRequestName>>(mcpCancelled.subject)
  cancelled(@Payload() name: McpRequestName): void {
    this.calls.cancel(name);
  }
}
