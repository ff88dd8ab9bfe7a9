import type { Type } from '@nestjs/common';
import { ENHANCER_KEY_TO_SUBTYPE_MAP } from '@nestjs/common/constants.js';
import { MessagePattern } from '@nestjs/microservices';
import type { CallContract, Outcome } from '@tollgate/contracts';
import type { CallContext, CallHandler } from '../bus.js';

/** How a controller handles a call: one that was forwarded ends in an outcome. */
type CallMethod<Header> = (header: Header, call: CallContext) => Promise<Outcome> | Promise<void>;

/** A method of a controller, as a decorator leaves it for whoever calls it. */
export interface DirectTarget<Method> {
  readonly controller: Type;
  readonly method: Method;
}

/**
 * `@MessagePattern` for calls: the method gets the header and the call itself. It is called as it is, for Nest's way through
 * pipes, guards and interceptors costs a call more than all else on the bus; where one of these is declared, boot fails.
 */
export const CallPattern =
  <Header>(...contracts: CallContract<Header>[]) =>
  <Method extends CallMethod<Header>>(
    target: object,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<Method>,
  ): void => {
    const callTarget = { controller: target.constructor, method: descriptor.value };
    MessagePattern(
      contracts.map(({ subject }) => subject),
      { callTarget },
    )(target, key, descriptor);
  };

/** The handler that a message's extras tell of, if it is that of a call. */
export function callHandlerOf(
  extras: Record<string, unknown>,
  controllerOf: (type: Type) => object,
): CallHandler | undefined {
  const target = extras['callTarget'] as DirectTarget<CallHandler> | undefined;
  // An outcome or nothing: whoever forwards a call to a handler without an outcome gets an error.
  return target && directMethod(target, controllerOf);
}

/** The method for calling it as it is, without Nest. Throws where something is declared that would be passed by. */
export function directMethod<Method extends (...values: never[]) => unknown>(
  { controller, method }: DirectTarget<Method>,
  controllerOf: (type: Type) => object,
): Method {
  for (const [key, enhancer] of Object.entries(ENHANCER_KEY_TO_SUBTYPE_MAP)) {
    if (Reflect.hasMetadata(key, controller) || Reflect.hasMetadata(key, method))
      throw new Error(`${controller.name} handles calls, which pass no ${enhancer}`);
  }
  return method.bind(controllerOf(controller)) as Method;
}
