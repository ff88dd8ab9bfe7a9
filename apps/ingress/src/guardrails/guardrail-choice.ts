import { NameIndex, type GatewayConfig } from '@tollgate/config';
import { invalid } from '../calls/request-fields.js';
import type { Json } from '../calls/request-rules.js';
import { undecided } from './guardrail-errors.js';

/** Who chooses guardrails for a call beside the config's `default_on`. */
export interface Choosers {
  /** The name that is called. */
  readonly model: string;
  readonly ofKey: readonly string[];
  readonly ofTeam: readonly string[];
  /** Of the call itself. */
  readonly asked: readonly string[];
}

/** The guardrails of a config, and which of them a call has. */
export class GuardrailChoice {
  private readonly defaults: readonly string[];
  /** By name; empty where no deployment chooses any. */
  private readonly ofModels: NameIndex<readonly string[]> | null;

  constructor(private readonly config: Pick<GatewayConfig, 'deployments' | 'aliases' | 'guardrails'>) {
    this.defaults = [...config.guardrails.values()]
      .filter(({ isDefault }) => isDefault)
      .map(({ name }) => name);
    this.ofModels = config.deployments.some(({ guardrails }) => guardrails.length > 0)
      ? new NameIndex(config, ({ members }) => members.flatMap(({ deployment }) => deployment.guardrails))
      : null;
  }

  /**
   * Names in the order of the config. Throws `invalid_request` for one of the call's that there is not, `guardrail_unavailable`
   * for others.
   */
  of({ model, ofKey, ofTeam, asked }: Choosers): readonly string[] {
    const { guardrails } = this.config;
    const ofModel = this.ofModels?.resolve(model) ?? NONE;
    if (ofKey.length + ofTeam.length + ofModel.length + asked.length === 0) return this.defaults;
    const unknown = asked.find((name) => !guardrails.has(name));
    if (unknown !== undefined) throw invalid('guardrails', `'guardrails': there is none called '${unknown}'`);
    const names = new Set([...this.defaults, ...ofKey, ...ofTeam, ...ofModel, ...asked]);
    for (const name of names) if (!guardrails.has(name)) throw undecided(name, 'it is not in the config');
    return [...guardrails.keys()].filter((name) => names.has(name));
  }
}

const NONE: readonly string[] = [];

/** `guardrails` of a request: names, alone or in LiteLLM's form with parameters, of which there are none here. */
export function askedGuardrails(body: Json): string[] {
  const { guardrails } = body;
  if (guardrails === undefined || guardrails === null) return [];
  if (Array.isArray(guardrails) && guardrails.every((name) => typeof name === 'string')) return guardrails;
  throw invalid('guardrails', "'guardrails' must be a list of names");
}
