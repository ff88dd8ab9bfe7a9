import { Injectable } from '@nestjs/common';
import { LiveConfig, type Deployment } from '@tollgate/config';
import { ModelNames } from '../models/model-names.js';
import { factsOf, type ModelFacts } from './model-facts.js';

/** What the deployments of each name have in common, in LiteLLM's fields. */
@Injectable()
export class ModelGroups {
  constructor(
    private readonly live: LiveConfig,
    private readonly names: ModelNames,
  ) {}

  /** Of the names that a key with these `models` may call; `only`: of that one, or none. */
  visibleTo(models: readonly string[], only: string | null): object[] {
    const { deployments, aliases } = this.live.current;
    const byGroup = new Map<string, Deployment[]>();
    for (const deployment of deployments) {
      const members = byGroup.get(deployment.group);
      if (members === undefined) byGroup.set(deployment.group, [deployment]);
      else members.push(deployment);
    }
    return this.names
      .visibleTo(models)
      .filter((name) => only === null || name === only)
      .flatMap((name) => {
        const members = byGroup.get(name) ?? byGroup.get(aliases.get(name)?.model ?? '') ?? [];
        return members.length === 0 ? [] : [groupAnswer(name, members)];
      });
  }
}

/** The most of what any member takes or costs, as LiteLLM has it: what a caller must be ready for. */
function groupAnswer(name: string, members: readonly Deployment[]): object {
  const facts = members.map(factsOf);
  const flags = Object.keys(facts[0] ?? {}).filter((field) => field.startsWith('supports_'));
  return {
    model_group: name,
    providers: [...new Set(members.map(({ provider }) => provider))],
    max_input_tokens: most(facts, 'max_input_tokens'),
    max_output_tokens: most(facts, 'max_output_tokens'),
    input_cost_per_token: most(facts, 'input_cost_per_token'),
    output_cost_per_token: most(facts, 'output_cost_per_token'),
    mode: facts[0]?.mode ?? null,
    tpm: sum(members.map(({ tpm }) => tpm)),
    rpm: sum(members.map(({ rpm }) => rpm)),
    ...Object.fromEntries(flags.map((flag) => [flag, facts.some((fact) => fact[flag] === true)])),
    supported_openai_params: [],
    configurable_clientside_auth_params: null,
    is_public_model_group: false,
  };
}

function most(facts: readonly ModelFacts[], field: string): number | null {
  const known = facts.map((fact) => fact[field]).filter((value) => typeof value === 'number');
  return known.length === 0 ? null : Math.max(...known);
}

/** Of those that have one; null: none has. */
function sum(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((total, value) => total + value, 0);
}
