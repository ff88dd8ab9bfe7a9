import type { FaultLab } from '@tollgate/testing';
import { MASTER_KEY, json } from '../e2e/_seed.js';

export interface LoadReport {
  answered: number;
  refused: number;
  broken: number;
}

/** Callers that never stop asking, half of them for streams; errors are counted, not thrown. */
export class Load {
  readonly report: LoadReport = { answered: 0, refused: 0, broken: 0 };
  private running = true;
  private readonly callers: Promise<void>[];

  constructor(
    url: () => string,
    callers: number,
    private readonly model = 'chaos',
  ) {
    this.callers = Array.from({ length: callers }, (_, index) => this.ask(url, index % 2 === 0));
  }

  /** Lets the calls in flight end. */
  async stop(): Promise<LoadReport> {
    this.running = false;
    await Promise.all(this.callers);
    return this.report;
  }

  private async ask(url: () => string, stream: boolean): Promise<void> {
    const body = JSON.stringify({
      model: this.model,
      stream,
      messages: [{ role: 'user', content: 'count with me' }],
    });
    const headers = { ...json, authorization: `Bearer ${MASTER_KEY}` };
    while (this.running) {
      try {
        const signal = AbortSignal.timeout(20_000);
        const response = await fetch(`${url()}/v1/chat/completions`, {
          method: 'POST',
          headers,
          body,
          signal,
        });
        const text = await response.text();
        if (!response.ok) this.report.refused += 1;
        else if (stream && !text.includes('[DONE]')) this.report.broken += 1;
        else this.report.answered += 1;
        if (!response.ok) await pause(20);
      } catch {
        this.report.broken += 1;
        await pause(20);
      }
    }
  }
}

/** Between two tries against a process that is down: a caller's back-off, not a wait for a result. */
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Answers take some tens of milliseconds, so that a kill always hits calls in flight. */
export const chaosConfig = (lab: FaultLab): string => `
model_list:
  - model_name: chaos
    litellm_params: { model: openai/chaos, api_base: ${lab.url}/v1, api_key: sk-lab }
router_settings: { num_retries: 0, timeout: 30 }
`;

export const CHAOS_STEP = { tokens: 12, delayMs: 20, chunkDelayMs: 5 };
