import { createHmac } from 'node:crypto';

export const SIGNATURE_HEADER = 'x-tollgate-signature';

/**
 * The value of the header `x-tollgate-signature`: `t={epoch seconds},v1={hex}`, an HMAC-SHA256 under the webhook's secret over
 * `{epoch seconds}.{body}`. A receiver computes it anew over the bytes that came, and turns old times away.
 */
export function signatureOf(body: string, secret: string, now: number): string {
  const seconds = Math.floor(now / 1_000);
  const digest = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
  return `t=${seconds},v1=${digest}`;
}
