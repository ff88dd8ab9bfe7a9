import { types } from 'node:util';
import { ConfigError } from '@tollgate/config';
import { UnreadableConfigError } from './live/config-file.js';

/** Why a process does not start, in a sentence for whoever started it, and what it exits with. */
export interface StartFailure {
  readonly message: string;
  readonly exitCode: number;
}

/** An error of the operating system, as Node tells it; that of a locked data folder looks the same. */
interface SystemError {
  readonly code: string;
  readonly syscall: string;
  readonly message: string;
  readonly address?: string;
  readonly port?: number;
}

const LISTEN: Readonly<Record<string, (where: SystemError) => string>> = {
  EADDRINUSE: ({ address, port }) =>
    `Port ${String(port)} of ${String(address)} is taken by another process: stop that one, or choose another port with --port.`,
  EACCES: ({ port }) =>
    `Port ${String(port)} may not be opened by this user: choose one above 1023 with --port.`,
  EADDRNOTAVAIL: ({ address }) =>
    `${String(address)} is not an address of this machine: choose another with --host.`,
};

/**
 * What is told of a start that failed by something outside of the gateway: settings, the port, the data folder, a server.
 * Null for anything else, which is a defect: there the stack trace says more.
 */
export function startFailure(cause: unknown): StartFailure | null {
  if (cause instanceof UnreadableConfigError) return { message: cause.message, exitCode: 1 };
  if (cause instanceof ConfigError) return { message: cause.message, exitCode: 2 };
  const error = systemErrorOf(cause);
  if (error === null) return null;
  const listen = error.syscall === 'listen' ? LISTEN[error.code] : undefined;
  return { message: listen?.(error) ?? `Tollgate cannot start: ${error.message}`, exitCode: 1 };
}

function systemErrorOf(cause: unknown): SystemError | null {
  if (!types.isNativeError(cause)) return null;
  const { code, syscall, errors } = cause as Partial<SystemError> & { readonly errors?: readonly unknown[] };
  // A host name with several addresses fails with an error for each.
  if (errors !== undefined) return systemErrorOf(errors[0]);
  return typeof code === 'string' && typeof syscall === 'string' ? (cause as unknown as SystemError) : null;
}
