import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Transport } from '@tollgate/providers';

@Injectable()
export class TransportCloser implements OnApplicationShutdown {
  constructor(private readonly transport: Transport) {}

  /** By now the bus is drained: no exchange is running. */
  async onApplicationShutdown(): Promise<void> {
    await this.transport.close();
  }
}
