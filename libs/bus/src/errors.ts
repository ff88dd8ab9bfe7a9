import { GatewayError } from '@tollgate/contracts';

export const nobodyServes = (subject: string): GatewayError =>
  new GatewayError('service_unavailable', `Nobody serves ${subject} at the moment`, { retryAfterMs: 1000 });

export const nobodyServesTarget = (target: string): GatewayError =>
  new GatewayError('provider_unavailable', `Nobody serves ${target} at the moment`);

export const disconnectedError = (): GatewayError =>
  new GatewayError('service_unavailable', 'The connection to NATS is down', { retryAfterMs: 1000 });

export const drainingError = (): GatewayError =>
  new GatewayError('draining', 'The gateway is shutting down', { retryAfterMs: 1000 });

export const deadlineExceeded = (): GatewayError =>
  new GatewayError('deadline_exceeded', 'The call did not end before its deadline');

export const serviceLost = (): GatewayError =>
  new GatewayError('service_lost', 'The service that was answering fell silent');

export const serviceEnds = (): GatewayError =>
  new GatewayError('service_lost', 'The service that was answering is shutting down');

export const forwarderLost = ({ message }: GatewayError): GatewayError =>
  new GatewayError(
    'service_lost',
    `The service in charge of the call is gone. Its last attempt failed: ${message}`,
  );

export const cancelledError = (): GatewayError => new GatewayError('cancelled', 'The call was cancelled');

export const anotherAnswered = (): GatewayError =>
  new GatewayError('cancelled', 'Another attempt has answered the call');
