import { Global, Module } from '@nestjs/common';
import { createInProcessLab, inProcessConnector } from '@tollgate/testing/fault-lab';
import { DISPATCHERS } from '@tollgate/worker';
import { Agent, type buildConnector } from 'undici';

/** About a reader's pace, so that a stream of the demo looks like one. */
const TOKENS_PER_SECOND = 120;

/** Lets the provider `demo` be played by the fault lab in this process: HTTP as ever, over memory instead of a socket. */
@Global()
@Module({
  providers: [
    {
      provide: DISPATCHERS,
      useFactory: () => {
        const lab = createInProcessLab({ defaults: { tokensPerSecond: TOKENS_PER_SECOND } });
        // undici asks for a Socket and uses it as the Duplex that it is.
        const connect = inProcessConnector(lab) as buildConnector.connector;
        return new Map([['demo', new Agent({ connect })]]);
      },
    },
  ],
  exports: [DISPATCHERS],
})
export class DemoModule {}
