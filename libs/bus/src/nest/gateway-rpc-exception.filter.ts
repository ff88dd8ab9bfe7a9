import { Catch, type RpcExceptionFilter } from '@nestjs/common';
import { throwError, type Observable } from 'rxjs';
import { handlerError } from '../call/handler-error.js';

/** Lets errors cross Nest's microservice layer as `handlerError` makes them. Registered once, globally, by bootstrap. */
@Catch()
export class GatewayRpcExceptionFilter implements RpcExceptionFilter {
  catch(exception: unknown): Observable<never> {
    const error = handlerError(exception);
    return throwError(() => error);
  }
}
