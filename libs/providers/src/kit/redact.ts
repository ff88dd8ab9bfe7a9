/** Longest text of a provider that travels in an error. */
const MAX_LENGTH = 2_000;

/** Shorter strings are no secrets, and replacing them would garble any text. */
const MIN_SECRET_LENGTH = 6;

/** Keys by their usual prefixes, and whatever follows an authentication scheme: a provider may quote what it was sent. */
const KEY_SHAPES =
  /\b(sk|pk|gsk|xai|pplx|csk|fw|tgp|key|rk)([-_])[A-Za-z0-9_*.-]{6,}|\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=*-]{6,}/gi;

/** The text without credentials (the given ones, and anything shaped like one) and bounded in length. */
export function redact(text: string, secrets: readonly string[]): string {
  const bounded = text.length > MAX_LENGTH * 2 ? text.slice(0, MAX_LENGTH * 2) : text;
  const known = secrets
    .filter((secret) => secret.length >= MIN_SECRET_LENGTH)
    .reduce((current, secret) => current.replaceAll(secret, '***'), bounded);
  const clean = known.replace(KEY_SHAPES, (_match, prefix?: string, joint?: string, scheme?: string) =>
    scheme === undefined ? `${prefix ?? ''}${joint ?? ''}***` : `${scheme} ***`,
  );
  return clean.length > MAX_LENGTH ? `${clean.slice(0, MAX_LENGTH)}…` : clean;
}
