import { GatewayError } from '@tollgate/contracts';

/** The last row of a page, and how many rows the first page counted: later pages need not count again. */
export interface SpendCursor {
  readonly calledAt: number;
  readonly id: string;
  readonly total: number;
}

export function encodeCursor({ calledAt, id, total }: SpendCursor): string {
  return Buffer.from(JSON.stringify([calledAt, id, total])).toString('base64url');
}

/** Throws `invalid_request` on anything that `encodeCursor` did not make. */
export function decodeCursor(text: string): SpendCursor {
  const [calledAt, id, total] = parseList(text);
  if (!Number.isSafeInteger(calledAt) || typeof id !== 'string' || !Number.isSafeInteger(total))
    throw new GatewayError('invalid_request', 'The cursor is not one of ours.', { param: 'cursor' });
  return { calledAt: calledAt as number, id, total: total as number };
}

function parseList(text: string): unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}
