import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliDecompressSync } from 'node:zlib';

/** One recorded exchange with a provider. */
export interface Recording {
  /** Folder, file and the exchange's number in it. */
  readonly name: string;
  readonly provider: string;
  readonly api: string;
  readonly isStream: boolean;
  readonly status: number;
  readonly method: string;
  /** Empty where the recording has no request. */
  readonly url: string;
  /** Likewise. */
  readonly request: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly response: Buffer;
}

interface Exchange {
  readonly provider: string;
  readonly api: string;
  readonly streaming: boolean;
  readonly request: {
    readonly method?: string;
    readonly url?: string;
    readonly body?: string;
    readonly bodyEncoding?: string;
  };
  readonly response: {
    readonly status?: number;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
    readonly bodyEncoding?: string;
  };
}

/** Others of the same kind may be checked: `TOLLGATE_RECORDINGS=/a/folder npm test -- test/conformance`. */
const folder =
  process.env['TOLLGATE_RECORDINGS'] ?? fileURLToPath(new URL('../../../shared/recordings', import.meta.url));

/** All recordings; none where they are missing. */
export function allRecordings(): Recording[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name: provider }) =>
      readdirSync(join(folder, provider)).flatMap((file) => readRecordings(provider, file)),
    );
}

function readRecordings(provider: string, file: string): Recording[] {
  const name = `${provider}/${file}`;
  const text = readFileSync(join(folder, provider, file), 'utf8');
  if (file.startsWith('vercel-ai--')) return bareRecordings(provider, file, text);
  if (!file.endsWith('.json')) return [];
  const { exchanges } = JSON.parse(text) as { exchanges: Exchange[] };
  return exchanges.map((exchange, index) => ({
    name: `${name}#${index}`,
    provider: exchange.provider,
    api: exchange.api,
    isStream: exchange.streaming,
    status: exchange.response.status ?? 200,
    method: exchange.request.method ?? 'POST',
    url: exchange.request.url ?? '',
    request: exchange.request.bodyEncoding === 'base64' ? '' : (exchange.request.body ?? ''),
    headers: exchange.response.headers ?? {},
    response: bodyOf(exchange),
  }));
}

/** A file that is one response body; of streams the payloads alone, a line each, some conversations in one file. */
function bareRecordings(provider: string, file: string, text: string): Recording[] {
  const api = file.split('--')[1] ?? '';
  const isPayloads = file.endsWith('.chunks.txt');
  const bodies = isPayloads
    ? text.split(/(?<=\n)(?=\{"type":"message_start")/).map((part) => framed(api, part))
    : [text];
  return bodies.map((body, index) => ({
    name: `${provider}/${file}#${index}`,
    provider,
    api,
    isStream: isPayloads || file.endsWith('.sse'),
    status: 200,
    method: 'POST',
    url: '',
    request: '',
    headers: {},
    response: Buffer.from(body),
  }));
}

function framed(api: string, text: string): string {
  const payloads = text.split('\n').filter((line) => line.trim() !== '');
  if (api !== 'messages') return [...payloads, '[DONE]'].map((payload) => `data: ${payload}\n\n`).join('');
  return payloads
    .map((payload) => `event: ${(JSON.parse(payload) as { type: string }).type}\ndata: ${payload}\n\n`)
    .join('');
}

function bodyOf({ streaming, response }: Exchange): Buffer {
  const body = response.body ?? '';
  if (response.bodyEncoding === 'base64') return Buffer.from(body, 'base64');
  // NOTE one tool recorded bytes as they were, compressed ones too; another lost the blank lines between events.
  if (body.startsWith('base64:')) {
    const bytes = Buffer.from(body.slice('base64:'.length), 'base64');
    return response.headers?.['content-encoding'] === 'br' ? brotliDecompressSync(bytes) : bytes;
  }
  return Buffer.from(streaming && !/\r?\n\r?\n/.test(body.trim()) ? separated(body) : body);
}

const separated = (body: string): string =>
  body
    .replaceAll(': OPENROUTER PROCESSING', '\n\n: OPENROUTER PROCESSING\n\n')
    .replaceAll(/(?<=\}|\])(?=(?:event|data): ?(?:\{"|\[DONE|[a-z_.-]+\n))/g, '\n\n');
