import { BaseRpcContext } from '@nestjs/microservices';
import type { CallContext } from '../bus.js';

/** What `@Ctx()` gives the handler of a call: `context.call` is its body, signal, response and `forward`. */
export class CallRpcContext extends BaseRpcContext<[CallContext]> {
  get call(): CallContext {
    return this.args[0];
  }
}
