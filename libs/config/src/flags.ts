import { didYouMean } from './nearest.js';

/** Command line flags as given; absent when not. */
export interface Flags {
  readonly config?: string;
  readonly port?: string;
  readonly data?: string;
  readonly host?: string;
}

const VALUED = ['config', 'port', 'data', 'host'] as const;
const KNOWN = [...VALUED.map((name) => `--${name}`), '--help'];

const HELP = `Options
  --config FILE  the gateway's YAML (CONFIG_FILE, TOLLGATE_CONFIG); without one a demo model is served
  --port N       port to listen on, 0 for any free one (PORT)
  --host HOST    address to listen on (HOST)
  --data DIR     folder of keys, ledger and outbox (TOLLGATE_DATA), ./.tollgate
  --help         this text
`;

/** The text to print when `--help` is among the arguments; else null. */
export const helpRequested = (argv: readonly string[]): string | null =>
  argv.includes('--help') ? HELP : null;

/** `--flag value` and `--flag=value`. What is not understood is added to the problems. */
export function readFlags(argv: readonly string[], problems: string[]): Flags {
  const flags: Partial<Record<(typeof VALUED)[number], string>> = {};
  for (let index = 0; index < argv.length; index += 1) {
    const argument = argv[index] ?? '';
    if (argument === '--help') continue;
    const [given, inline] = splitOnce(argument);
    const name = VALUED.find((known) => `--${known}` === given);
    if (name === undefined) {
      const what = given.startsWith('-') ? 'unknown flag' : 'unexpected argument';
      problems.push(`${given}: ${what}${didYouMean(given, KNOWN)}`);
      continue;
    }
    const value = inline ?? valueAfter(argv[index + 1]);
    if (value === undefined || value === '') problems.push(`${given} needs a value`);
    else flags[name] = value;
    if (inline === undefined && value !== undefined) index += 1;
  }
  return flags;
}

const valueAfter = (next: string | undefined): string | undefined =>
  next?.startsWith('--') === true ? undefined : next;

function splitOnce(argument: string): [string, string | undefined] {
  const at = argument.indexOf('=');
  return at === -1 ? [argument, undefined] : [argument.slice(0, at), argument.slice(at + 1)];
}
