import { Module } from '@nestjs/common';
import { McpClient, Transport, type TransportOptions } from '@tollgate/providers';
import { AttemptController } from './attempt.controller.js';
import { AttemptRunner } from './attempt-runner.js';
import { Deployments } from './deployments.js';
import { McpController } from './mcp/mcp.controller.js';
import { McpRunner } from './mcp/mcp-runner.js';
import { McpTargets } from './mcp/mcp-targets.js';
import { PreviewController } from './preview/preview.controller.js';
import { SessionInputController } from './sessions/session-input.controller.js';
import { Sessions } from './sessions/sessions.js';
import { DISPATCHERS } from './tokens.js';
import { TransportCloser } from './transport-closer.js';

/** Calls providers. Needs the platform's bus, config and environment; see `DISPATCHERS` for running without a network. */
@Module({
  controllers: [AttemptController, McpController, PreviewController, SessionInputController],
  providers: [
    AttemptRunner,
    Deployments,
    McpRunner,
    McpTargets,
    Sessions,
    TransportCloser,
    {
      provide: McpClient,
      useFactory: (transport: Transport) => new McpClient(transport),
      inject: [Transport],
    },
    {
      provide: Transport,
      useFactory: (dispatchers?: NonNullable<TransportOptions['dispatchers']>) =>
        new Transport(dispatchers === undefined ? {} : { dispatchers }),
      inject: [{ token: DISPATCHERS, optional: true }],
    },
  ],
})
export class WorkerModule {}
