import { GatewayError } from '@tollgate/contracts';

/** The GatewayError that an action throws. */
export function thrownBy(action: () => unknown): GatewayError {
  try {
    action();
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
