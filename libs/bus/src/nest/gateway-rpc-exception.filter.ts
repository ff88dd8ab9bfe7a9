import { Catch, Logger, type RpcExceptionFilter } from '@nestjs/common';
import { toGatewayError } from '@tollgate/contracts';
import { throwError, type Observable } from 'rxjs';

/**
 * Lets a GatewayError cross Nest's microservice layer as it is; any other error is logged with its text and becomes
 * `internal`. Registered once, globally, by bootstrap.
 */
@Catch()
export class GatewayRpcExceptionFilter implements RpcExceptionFilter {
  private readonly logger = new Logger('Bus');

  catch(exception: unknown): Observable<never> {
    const error = toGatewayError(exception);
    if (error.options.cause !== undefined && error.code === 'internal')
      this.logger.error(error.options.cause);
    return throwError(() => error);
  }
}
