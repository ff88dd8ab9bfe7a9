import { createHash } from 'node:crypto';
import type { MailSettings } from '@tollgate/config';
import type { Letter } from '../formats/letter.js';
import { DeliveryError } from './delivery-error.js';

const TIMEOUT_MS = 10_000;

/** SMTP answers that name this letter or its receivers as the reason. */
const LETTERS_OWN = /^55[0-4]$/;

/** Sends a letter. The same `ids` have the same Message-ID. Rejects with a `DeliveryError`. */
export async function sendMail(
  letter: Letter,
  { mail, receivers, ids }: { mail: MailSettings; receivers: readonly string[]; ids: readonly string[] },
): Promise<void> {
  if (receivers.length === 0) throw new DeliveryError('nobody is to get it (alert_email_to)', true);
  // No process but one that sends a letter has to have it in memory.
  const { createTransport } = await import('nodemailer');
  const { host, port, username, password, from, requiresTls } = mail;
  const secure = port === 465;
  const transport = createTransport({
    host,
    port,
    secure,
    requireTLS: requiresTls && !secure,
    ignoreTLS: !requiresTls && !secure,
    ...(username !== null && { auth: { user: username, pass: password ?? '' } }),
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const { type, level, time, subject, text } = letter;
  try {
    await transport.sendMail({
      from,
      to: [...receivers],
      subject: `[Tollgate] ${subject}`,
      text: `${text}\n\nAlert type: ${type}\nLevel: ${level}\nTime: ${time}\n`,
      messageId: `<${createHash('sha256').update(ids.join('\n')).digest('hex').slice(0, 32)}@tollgate>`,
    });
  } catch (cause) {
    throw toDeliveryError(cause);
  } finally {
    transport.close();
  }
}

function toDeliveryError(cause: unknown): DeliveryError {
  const { code, responseCode } = cause as { code?: unknown; responseCode?: unknown };
  const parts = [code, responseCode].filter((part) => typeof part === 'string' || typeof part === 'number');
  const isLettersOwn = code === 'EENVELOPE' || LETTERS_OWN.test(String(responseCode));
  return new DeliveryError(`mail server: ${parts.join(' ') || 'failed'}`, !isLettersOwn);
}
