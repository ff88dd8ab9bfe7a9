import { parseArgs } from 'node:util';

export const USAGE = `Usage: npm run fault-lab -- [options]

  --port <number>         where to listen; 0, the default, is any free port
  --host <address>        default 127.0.0.1
  --bench                 precomputed answers, no scripts and no statistics: the upstream of a benchmark
  --tokens <number>       of each answer with --bench; default 32
  --chunk-delay <ms>      between two chunks of a stream with --bench
  --help                  this text
`;

export interface LabOptions {
  readonly port: number;
  readonly host: string;
  readonly bench: boolean;
  readonly tokens: number;
  readonly chunkDelayMs?: number;
}

/** What a command line asks for; a text is to be shown instead. Throws an error that says what is wrong with it. */
export function readOptions(args: readonly string[]): LabOptions | string {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: 'string', default: '0' },
      host: { type: 'string', default: '127.0.0.1' },
      bench: { type: 'boolean', default: false },
      tokens: { type: 'string', default: '32' },
      'chunk-delay': { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return USAGE;
  const { port, host, bench, tokens, 'chunk-delay': delay } = values;
  return {
    port: numberOf('--port', port),
    host,
    bench,
    tokens: numberOf('--tokens', tokens),
    ...(delay !== undefined && { chunkDelayMs: numberOf('--chunk-delay', delay) }),
  };
}

function numberOf(option: string, text: string): number {
  if (!/^\d+$/.test(text)) throw new Error(`${option} must be a whole number, not '${text}'`);
  return Number(text);
}
