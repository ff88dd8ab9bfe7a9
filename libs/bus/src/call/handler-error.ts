import { Logger } from '@nestjs/common';
import { toGatewayError, type GatewayError } from '@tollgate/contracts';

const logger = new Logger('Bus');

/** What a handler has thrown: a GatewayError as it is; the text of any other is logged, and it becomes `internal`. */
export function handlerError(cause: unknown): GatewayError {
  const error = toGatewayError(cause);
  if (error.options.cause !== undefined && error.code === 'internal') logger.error(error.options.cause);
  return error;
}
