import { spansOf, type Span } from './finding.js';

/** Keys that tell what they are by how they are written. */
const SECRETS: readonly RegExp[] = [
  // OpenAI, Anthropic, OpenRouter, DeepSeek, and gateways such as this one.
  /(?<![\w-])sk-(?:[a-z0-9]{2,10}-){0,3}[A-Za-z0-9_-]{20,200}/g,
  // AWS.
  /(?<!\w)(?:AKIA|ASIA)[0-9A-Z]{16}(?!\w)/g,
  /(?<=aws.{0,20}secret.{0,20}[=:]\s{0,4}["']?)[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+])/gi,
  // Google.
  /(?<!\w)AIza[\w-]{35}(?![\w-])/g,
  /(?<!\w)GOCSPX-[\w-]{28}(?![\w-])/g,
  // GitHub and GitLab.
  /(?<!\w)gh[pousr]_[A-Za-z0-9]{36,255}/g,
  /(?<!\w)github_pat_\w{50,255}/g,
  /(?<!\w)glpat-[\w-]{20,64}/g,
  // Slack.
  /(?<!\w)xox[abeoprs]-[A-Za-z0-9-]{10,250}/g,
  /hooks\.slack\.com\/services\/T\w{6,14}\/B\w{6,14}\/\w{16,32}/g,
  // Stripe, Twilio, SendGrid.
  /(?<!\w)[rs]k_(?:live|test)_[A-Za-z0-9]{16,120}/g,
  /(?<!\w)(?:SK|AC)[0-9a-f]{32}(?!\w)/g,
  /(?<!\w)SG\.[\w-]{22}\.[\w-]{43}/g,
  // Registries of packages and models, and clouds.
  /(?<!\w)npm_[A-Za-z0-9]{36}(?!\w)/g,
  /(?<!\w)pypi-AgE[\w-]{50,250}/g,
  /(?<!\w)hf_[A-Za-z0-9]{30,40}(?!\w)/g,
  /(?<!\w)do[opr]_v1_[0-9a-f]{64}/g,
  /(?<!\w)dapi[0-9a-f]{32}(?:-\d)?(?!\w)/g,
  /(?<!\w)AccountKey=[A-Za-z0-9+/]{86}==/g,
  // Tokens that are signed.
  /(?<![\w-])eyJ[\w-]{10,2000}\.eyJ[\w-]{10,4000}\.[\w-]{10,1000}/g,
  // Passwords in addresses.
  /(?<=\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:@/]{1,64}:)[^\s:@/]{3,128}(?=@)/gi,
];

const KEY_BEGINS = /-----BEGIN (?:[A-Z]{2,12} ){0,2}PRIVATE KEY(?: BLOCK)?-----/g;
const KEY_ENDS = /-----END (?:[A-Z]{2,12} ){0,2}PRIVATE KEY(?: BLOCK)?-----/;
const KEY_ENDINGS = new RegExp(KEY_ENDS, 'g');

export const secretSpans = (text: string): Span[] => [
  ...SECRETS.flatMap((expression) => spansOf(text, expression)),
  ...privateKeys(text),
];

/** Each to its last line, however long it is, or to the end of the text. */
function privateKeys(text: string): Span[] {
  const begins = spansOf(text, KEY_BEGINS);
  const endings = begins.length === 0 ? [] : spansOf(text, KEY_ENDINGS);
  const spans: Span[] = [];
  let next = 0;
  for (const { start, end } of begins) {
    if (start < (spans.at(-1)?.end ?? 0)) continue;
    while ((endings[next]?.start ?? Infinity) < end) next += 1;
    const ending = endings[next];
    spans.push(ending ? { start, end: ending.end } : { start, end: text.length, until: KEY_ENDS });
  }
  return spans;
}
