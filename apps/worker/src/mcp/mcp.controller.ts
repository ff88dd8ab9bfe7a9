import { Controller } from '@nestjs/common';
import { Ctx, MessagePattern, Payload } from '@nestjs/microservices';
import { CallRpcContext } from '@tollgate/bus';
import { mcpCall, type McpHeader } from '@tollgate/contracts';
import { McpRunner } from './mcp-runner.js';

@Controller()
export class McpController {
  constructor(private readonly runner: McpRunner) {}

  @MessagePattern(mcpCall.subject)
  call(@Payload() header: McpHeader, @Ctx() context: CallRpcContext): Promise<void> {
    return this.runner.run(header, context.call);
  }
}
