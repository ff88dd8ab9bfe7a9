import { Controller } from '@nestjs/common';
import { CallPattern, type CallContext } from '@tollgate/bus';
import { mcpCall, type McpHeader } from '@tollgate/contracts';
import { McpRunner } from './mcp-runner.js';

@Controller()
export class McpController {
  constructor(private readonly runner: McpRunner) {}

  @CallPattern(mcpCall)
  call(header: McpHeader, call: CallContext): Promise<void> {
    return this.runner.run(header, call);
  }
}
