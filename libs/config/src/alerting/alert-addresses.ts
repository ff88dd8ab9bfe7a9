import type { Variables } from '../setting.js';

/** A mail server, and who writes. */
export interface MailSettings {
  readonly host: string;
  readonly port: number;
  readonly username: string | null;
  readonly password: string | null;
  readonly from: string;
  /** Whether the connection must be encrypted, from its beginning (port 465) or by STARTTLS. */
  readonly requiresTls: boolean;
}

/** What LiteLLM's variables say of where alerts go; null: nothing. Each is a secret but the mail server's name. */
export interface AlertAddresses {
  readonly slack: string | null;
  readonly webhook: string | null;
  readonly mail: MailSettings | null;
}

const DEFAULT_SMTP_PORT = 587;

/** From `SLACK_WEBHOOK_URL`, `WEBHOOK_URL` and `SMTP_HOST`, `_PORT`, `_USERNAME`, `_PASSWORD`, `_SENDER_EMAIL`, `_TLS`. */
export function readAlertAddresses(variables: Variables): AlertAddresses {
  const read = (name: string): string | null => {
    const value = variables[name]?.trim();
    return value === undefined || value === '' ? null : value;
  };
  return { slack: read('SLACK_WEBHOOK_URL'), webhook: read('WEBHOOK_URL'), mail: readMail(read) };
}

function readMail(read: (name: string) => string | null): MailSettings | null {
  const host = read('SMTP_HOST');
  if (host === null) return null;
  const port = Number(read('SMTP_PORT') ?? DEFAULT_SMTP_PORT);
  const username = read('SMTP_USERNAME');
  return {
    host,
    port: Number.isInteger(port) && port > 0 && port < 65_536 ? port : DEFAULT_SMTP_PORT,
    username,
    password: read('SMTP_PASSWORD'),
    from: read('SMTP_SENDER_EMAIL') ?? (username?.includes('@') === true ? username : `tollgate@${host}`),
    requiresTls: !/^(false|0|no|off)$/i.test(read('SMTP_TLS') ?? 'true'),
  };
}
