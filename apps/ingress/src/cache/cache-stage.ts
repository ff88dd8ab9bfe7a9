import type { CallHeader, Dialect, ResponseEnd, ResponseHead } from '@tollgate/contracts';
import { isStream } from '../calls/answer-headers.js';
import { NOTHING, type AnswerStage } from '../calls/answer-stages.js';
import type { CacheEntry } from './cache-entry.js';

/** A longer answer is given, but not kept. */
const MAX_BYTES = 2 * 1024 * 1024;

/** Sees an answer as it came, and keeps it when it is whole and good: the next call may be the same. */
export class CacheStage implements AnswerStage {
  /** null: the answer is not kept. */
  private head: ResponseHead | null = null;
  private parts: Uint8Array[] = [];
  private bytes = 0;

  constructor(
    private readonly header: CallHeader,
    private readonly keep: (entry: CacheEntry) => Promise<void>,
  ) {}

  /** An answer of another model is not one to what was asked. */
  begin(head: ResponseHead): void {
    if (head.status === 200 && head.fallbacks === 0) this.head = head;
  }

  see(data: Uint8Array): Uint8Array {
    if (this.head === null) return data;
    this.bytes += data.byteLength;
    if (this.bytes <= MAX_BYTES) {
      this.parts.push(data);
      return data;
    }
    this.head = null;
    this.parts = [];
    return data;
  }

  async end({ usage }: ResponseEnd): Promise<Uint8Array> {
    const { head } = this;
    if (head === null || this.bytes === 0) return NOTHING;
    const { deploymentId, group, provider, upstreamModel, apiBase } = head;
    const form = isStream(head) ? 'stream' : 'whole';
    const bytes = Buffer.concat(this.parts);
    if (isFailure(this.header.dialect, form, bytes)) return NOTHING;
    await this.keep({
      ...{ form, bytes, usage, at: Date.now() },
      contentType: head.headers['content-type'] ?? 'application/json',
      includeUsage: this.header.includeUsage,
      from: { deploymentId, group, provider, upstreamModel, apiBase },
    });
    return NOTHING;
  }
}

/** NOTE a response of OpenAI's may have failed, or not be there yet, with status 200. */
function isFailure(dialect: Dialect, form: CacheEntry['form'], bytes: Buffer): boolean {
  if (dialect !== 'openai-responses') return false;
  if (form === 'stream') return !bytes.includes('"response.completed"');
  try {
    return (JSON.parse(bytes.toString()) as { status?: unknown }).status !== 'completed';
  } catch {
    return true;
  }
}
