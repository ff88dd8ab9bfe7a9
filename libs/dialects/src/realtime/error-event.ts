import { randomUUID } from 'node:crypto';
import type { GatewayError } from '@tollgate/contracts';

/** An error as a session tells it. `causedBy`: the id that the caller gave the event at fault. */
export function realtimeError({ type, code, message, options }: GatewayError, causedBy?: string): object {
  return {
    type: 'error',
    event_id: `event_${randomUUID().replaceAll('-', '')}`,
    error: {
      type,
      code: options.upstreamCode ?? code,
      message,
      param: options.param ?? null,
      event_id: causedBy ?? null,
    },
  };
}
