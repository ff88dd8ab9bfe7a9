import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { McpClient, Transport } from '@tollgate/providers';

@Injectable()
export class TransportCloser implements OnApplicationShutdown {
  constructor(
    private readonly transport: Transport,
    private readonly mcp: McpClient,
  ) {}

  /** By now the bus is drained: no exchange is running. */
  async onApplicationShutdown(): Promise<void> {
    await this.mcp.close();
    await this.transport.close();
  }
}
