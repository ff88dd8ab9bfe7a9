import type { FaultLab, ModelStats } from '@tollgate/testing';
import { parse, stringify } from 'yaml';
import { MASTER_KEY, eventually, json } from './_seed.js';

/** A gateway that runs, with the lab behind it. */
export interface RoutingSubject {
  readonly url: string;
  readonly lab: FaultLab;
  readonly configFile: string;
  /** Every process that routes is stopped and started again, on the same data. */
  restartRouters(): Promise<void>;
}

/** What the config of a concern may be told before anything runs. */
export interface Places {
  readonly lab: FaultLab;
  /** Takes connections and never says a word. */
  readonly silent: string;
}

export interface SpendRow {
  readonly api_key: string;
  readonly spend: number;
  readonly status: string;
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly model: string;
  readonly model_group: string;
  readonly custom_llm_provider: string;
  readonly metadata: {
    readonly tollgate_attempt_id: string;
    readonly tollgate_status: string;
    readonly tollgate_role: string;
    readonly tollgate_arm: string | null;
  };
}

export interface Explained {
  readonly call_id: string;
  readonly router: string;
  readonly summary: readonly string[];
  readonly steps: readonly Readonly<Record<string, unknown>>[];
}

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly callId: string;
  /** The deployment's own model. */
  readonly upstream: string;
}

interface Deployments {
  readonly deployments: readonly { readonly deployment_id: string; readonly circuit: string }[];
}

/** Questions at once that reach all of three replicas, but for one time in forty. */
export const OF_ANY_REPLICA = 12;

/** A concern's part of the config, in YAML. */
export type ConcernConfig = (places: Places) => string;

/** Settings that all concerns share. Deployments get their key and URL from `lab`, Anthropic's from `lab-anthropic`. */
const COMMON = ({ lab }: Places): string => `
credential_list:
  - credential_name: lab
    credential_values: { api_key: sk-lab, api_base: ${lab.url}/v1 }
  - credential_name: lab-anthropic
    credential_values: { api_key: sk-lab, api_base: ${lab.url} }
router_settings:
  num_retries: 1
  timeout: 60
  retry_budget: off
`;

/** One config of several: lists are joined, mappings merged. */
export const configOf = (places: Places, concerns: readonly ConcernConfig[]): string =>
  stringify([COMMON, ...concerns].map((concern) => parse(concern(places)) as unknown).reduce(joined));

function joined(left: unknown, right: unknown): unknown {
  if (Array.isArray(left) && Array.isArray(right)) return [...(left as unknown[]), ...(right as unknown[])];
  if (!isMapping(left) || !isMapping(right)) return right;
  const both = { ...left };
  for (const [key, value] of Object.entries(right))
    both[key] = key in left ? joined(left[key], value) : value;
  return both;
}

const isMapping = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A user of the gateway, and its administrator. */
export class Visitor {
  constructor(private readonly subject: () => RoutingSubject) {}

  get lab(): FaultLab {
    return this.subject().lab;
  }

  get url(): string {
    return this.subject().url;
  }

  /** Zeros for a model that was never asked. */
  seen(model: string): ModelStats {
    return this.lab.stats().byModel[model] ?? { calls: 0, promptTokens: 0, completionTokens: 0, aborted: 0 };
  }

  async chat(model: string, extra: object = {}, headers: Record<string, string> = {}): Promise<Answered> {
    const messages = [{ role: 'user', content: 'Say hello to the gate' }];
    return this.post('/v1/chat/completions', { model, messages, ...extra }, headers);
  }

  /** So many calls at once. */
  burst(count: number, model: string, extra: object = {}): Promise<Answered[]> {
    return Promise.all(Array.from({ length: count }, () => this.chat(model, extra)));
  }

  /**
   * Calls that are all under way together, but come one after the other: those of one turn of the ingress' event loop go to one
   * router, so that a burst may leave a router out. `answers` are those of all.
   */
  async spread(count: number, model: string): Promise<{ readonly answers: Promise<Answered[]> }> {
    const calls: Promise<Answered>[] = [];
    for (let number = 0; number < count; number += 1) {
      calls.push(this.chat(model));
      await (await fetch(`${this.url}/health/liveliness`)).text();
    }
    return { answers: Promise.all(calls) };
  }

  async post(path: string, body: object, headers: Record<string, string> = {}): Promise<Answered> {
    return this.answered(
      await fetch(`${this.url}${path}`, {
        method: 'POST',
        headers: { ...json, authorization: `Bearer ${MASTER_KEY}`, ...headers },
        body: JSON.stringify(body),
      }),
    );
  }

  async get(path: string): Promise<Answered> {
    const headers = { authorization: `Bearer ${MASTER_KEY}` };
    return this.answered(await fetch(`${this.url}${path}`, { headers }));
  }

  async read<Value>(path: string): Promise<Value> {
    const { status, text } = await this.get(path);
    expect([status, text]).toEqual([200, text]);
    return JSON.parse(text) as Value;
  }

  async newKey(wishes: object): Promise<{ readonly key: string; readonly token: string }> {
    const { status, text } = await this.post('/key/generate', wishes);
    expect([status, text]).toEqual([200, text]);
    return JSON.parse(text) as { key: string; token: string };
  }

  /** What the routers say of a circuit: asked so often that each of them has answered. */
  circuits(deploymentId: string): Promise<(string | undefined)[]> {
    return Promise.all(
      Array.from({ length: OF_ANY_REPLICA }, async () => {
        const { deployments } = await this.read<Deployments>('/router/deployments');
        return deployments.find(({ deployment_id }) => deployment_id === deploymentId)?.circuit;
      }),
    );
  }

  /** Resolves when a circuit is open on every replica, within a second. */
  async isOpen(deploymentId: string): Promise<void> {
    await eventually(
      () => this.circuits(deploymentId),
      (circuits) => circuits.every((circuit) => circuit === 'open'),
      1_000,
    );
  }

  explain(callId: string): Promise<Explained> {
    return this.read(`/router/explain/${callId}`);
  }

  /** The rows of a call in the ledger, once there are so many, in the order of their attempts. */
  async rows(callId: string, count: number): Promise<SpendRow[]> {
    const rows = await eventually(
      () => this.read<SpendRow[]>(`/spend/logs?request_id=${callId}`),
      (found) => found.length >= count,
    );
    expect(rows).toHaveLength(count);
    return rows.toSorted((left, right) => idOf(left).localeCompare(idOf(right)));
  }

  private async answered(response: Response): Promise<Answered> {
    const { status, headers } = response;
    const text = await response.text();
    const name = headers.get('x-litellm-model-name') ?? '';
    const callId = headers.get('x-tollgate-call-id') ?? '';
    return { status, headers, text, callId, upstream: name.slice(name.indexOf('/') + 1) };
  }
}

const idOf = ({ metadata }: SpendRow): string => metadata.tollgate_attempt_id;

export const bearer = (key: string): Record<string, string> => ({ authorization: `Bearer ${key}` });

export const statuses = (answers: readonly Answered[]): number[] => answers.map(({ status }) => status);

/** How often each deployment's model answered. */
export function shares(answers: readonly Answered[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { upstream } of answers) counts[upstream] = (counts[upstream] ?? 0) + 1;
  return counts;
}

export const errorOf = ({ text }: Answered): { message: string; type: string; code: string } =>
  (JSON.parse(text) as { error: { message: string; type: string; code: string } }).error;
