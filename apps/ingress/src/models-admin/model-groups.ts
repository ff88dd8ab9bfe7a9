import { Injectable } from '@nestjs/common';
import { LiveConfig, type Deployment, type GatewayConfig } from '@tollgate/config';
import { FreshMemo } from '../fresh-memo.js';
import { ModelNames } from '../models/model-names.js';
import { FACTS_FRESH_MS, factsOf, type ModelFacts } from './model-facts.js';

/** What the deployments of each name have in common, in LiteLLM's fields. */
@Injectable()
export class ModelGroups {
  private readonly answers = new FreshMemo((config: GatewayConfig) => answersOf(config), FACTS_FRESH_MS);

  constructor(
    private readonly live: LiveConfig,
    private readonly names: ModelNames,
  ) {}

  /** Of the names that a key with these `models` may call; `only`: of that one, or none. */
  visibleTo(models: readonly string[], only: string | null): object[] {
    const answerOf = this.answers.of(this.live.current);
    return this.names
      .visibleTo(models)
      .filter((name) => only === null || name === only)
      .flatMap((name) => answerOf(name) ?? []);
  }
}

/** The answers of a config by name, each worked out when it is asked for. */
function answersOf({ deployments, aliases }: GatewayConfig): (name: string) => object | undefined {
  const groups = new Map<string, Deployment[]>();
  for (const deployment of deployments) {
    const members = groups.get(deployment.group);
    if (members === undefined) groups.set(deployment.group, [deployment]);
    else members.push(deployment);
  }
  const answers = new Map<string, object>();
  return (name) => {
    const members = groups.get(name) ?? groups.get(aliases.get(name)?.model ?? '');
    const answer = answers.get(name) ?? (members === undefined ? undefined : groupAnswer(name, members));
    if (answer !== undefined) answers.set(name, answer);
    return answer;
  };
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
