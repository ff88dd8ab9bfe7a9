import type { FaultLab } from '@tollgate/testing';
import { MASTER_KEY, json } from '../e2e/_seed.js';

/** What every whole answer costs, in nano-dollars: ten tokens of a tenth of a cent, and nothing for the prompt. */
export const CENT = 10_000_000;
export const NANOS_OF_TOKEN = 1_000_000;

/** Answers take some tens of milliseconds, so that a failure always hits calls in flight. */
export const budgetChaosConfig = (lab: FaultLab): object => ({
  model_list: [
    {
      model_name: 'cent',
      litellm_params: {
        ...{ model: 'openai/cent?tokens=10&delayMs=30&chunkDelayMs=4', api_base: `${lab.url}/v1` },
        ...{ api_key: 'sk-lab', input_cost_per_token: 0, output_cost_per_token: 0.001 },
      },
    },
  ],
  general_settings: {
    ...{ master_key: MASTER_KEY, budget_wait: 1, alerting: ['webhook'], alert_types: ['budget_alerts'] },
  },
  litellm_settings: { num_retries: 0 },
  router_settings: { retry_budget: 'off', num_retries: 0, timeout: 20 },
});

/** An answer, or why there is none. */
export interface Outcome {
  /** 0: the connection broke. */
  readonly status: number;
  readonly retryAfter: string | null;
  readonly tookMs: number;
}

/** One call, whose answer is read to its end. A stream that ends without its end counts as broken. */
export async function callCent(url: string, key: string, stream = false): Promise<Outcome> {
  const since = performance.now();
  const outcome = (status: number, retryAfter: string | null): Outcome => ({
    ...{ status, retryAfter, tookMs: performance.now() - since },
  });
  try {
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { ...json, authorization: `Bearer ${key}` },
      body: JSON.stringify({
        ...{ model: 'cent', max_tokens: 10, stream },
        messages: [{ role: 'user', content: 'What is a cent?' }],
      }),
      signal: AbortSignal.timeout(20_000),
    });
    const text = await response.text();
    const isBroken = response.ok && stream && !text.includes('[DONE]');
    return outcome(isBroken ? 0 : response.status, response.headers.get('retry-after'));
  } catch {
    return outcome(0, null);
  }
}

/** How the calls of a key ended. */
export interface Tally {
  answered: number;
  overBudget: number;
  /** Refused for another reason, or broken: what such a call has cost its caller cannot know. */
  failed: number;
}

/** Callers that never stop asking with their keys, every other time for a stream. */
export class BudgetLoad {
  private readonly tallies = new Map<string, Tally>();
  private readonly callers: Promise<void>[];
  private running = true;

  constructor(urls: readonly string[], keys: readonly string[], callersOfKey: number) {
    for (const key of keys) this.tallies.set(key, { answered: 0, overBudget: 0, failed: 0 });
    this.callers = Array.from({ length: keys.length * callersOfKey }, (_, number) =>
      this.ask(urls[number % urls.length] ?? '', keys[number % keys.length] ?? ''),
    );
  }

  of(key: string): Tally {
    return this.tallies.get(key) ?? { answered: 0, overBudget: 0, failed: 0 };
  }

  /** Lets the calls in flight end. */
  async stop(): Promise<void> {
    this.running = false;
    await Promise.all(this.callers);
  }

  private async ask(url: string, key: string): Promise<void> {
    const tally = this.of(key);
    for (let number = 0; this.running; number += 1) {
      const { status } = await callCent(url, key, number % 2 === 0);
      if (status === 200) tally.answered += 1;
      else if (status === 422) tally.overBudget += 1;
      else tally.failed += 1;
      // A caller's back-off, not a wait for a result.
      if (status !== 200) await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
