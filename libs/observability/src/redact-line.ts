/** Fields that hold credentials, in longer names too: `x-api-key`, `proxy-authorization`, `aws_secret_access_key`. */
const NAMES =
  /authorization|api[-_]?key|(master|access|private|signing)[-_]?key|(access|session|refresh|id|bearer)[-_]?token|secret|passw(or)?d|credential|cookie/i;

/** What is a credential by its looks, in any text. */
const VALUES = /\b(sk-|bearer )[\w.~+/=-]{16,}/gi;

const REDACTED = '[redacted]';

/**
 * A log line without credentials, at whatever depth they are. The line is what is printed, so nothing reaches it
 * by another way (an error's fields, a `toJSON`). One that names no such field, which is nearly every line, is only searched.
 */
export function redactLine(line: string): string {
  const shown = line.replace(VALUES, `$1${REDACTED}`);
  if (!NAMES.test(shown)) return shown;
  try {
    return `${JSON.stringify(JSON.parse(shown, redactField))}\n`;
  } catch {
    // Nested thousands deep: better no line than one with a credential.
    return `${JSON.stringify({ level: 'error', event: 'log.unprintable', length: line.length })}\n`;
  }
}

const redactField = (name: string, value: unknown): unknown => (NAMES.test(name) ? REDACTED : value);
