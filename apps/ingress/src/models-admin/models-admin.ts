import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { ConfigKeeper, StoredModels } from '@tollgate/app';
import { BUS, type Bus } from '@tollgate/bus';
import {
  ConfigError,
  credentialFields,
  LiveConfig,
  LiveVariables,
  readStoredDeployment,
  sealParams,
  VAULT,
  type Deployment,
  type Vault,
} from '@tollgate/config';
import {
  createModel,
  deleteModel,
  GatewayError,
  updateModel,
  type Actor,
  type StoredModel,
} from '@tollgate/contracts';
import { factsOf } from './model-facts.js';
import { ModelProblems } from './model-problems.js';
import type { WantedModel } from './model-request.js';

type Fields = Readonly<Record<string, unknown>>;

/** An answer waits this long for its own replica to know of the change; the others are told at the same time. */
const SETTLE_MS = 1_000;

/** Adds, changes and deletes models. Credentials are sealed here: none crosses the bus as it is. */
@Injectable()
export class ModelsAdmin {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    @Inject(VAULT) private readonly vault: Vault | null,
    private readonly live: LiveConfig,
    private readonly variables: LiveVariables,
    private readonly keeper: ConfigKeeper,
    private readonly stored: StoredModels,
  ) {}

  async create(wanted: WantedModel & { readonly name: string }, actor: Actor): Promise<StoredModel> {
    this.checkAllowed();
    const { name } = wanted;
    const id = wanted.id ?? randomUUID();
    const params = withoutNulls(wanted.params);
    const info = withoutNulls(wanted.info);
    if (this.fileDeployment(id) !== undefined)
      throw new GatewayError('invalid_request', `The config file has a model with the id '${id}'.`, {
        param: 'model_info.id',
      });
    this.check({ id, name, params, info });
    const sealed = this.seal(params, id);
    const model = await this.bus.request(createModel, { id, name, params: sealed, info, actor });
    await this.settle();
    return model;
  }

  async update(
    { id, name, params, info }: WantedModel & { readonly id: string },
    actor: Actor,
  ): Promise<StoredModel> {
    this.checkAllowed();
    const known = await this.find(id);
    const own = withoutEchoes(
      info,
      known,
      this.live.current.deployments.find((one) => one.id === id),
    );
    this.check({
      id,
      name: name ?? known.name,
      params: withoutNulls({ ...known.params, ...params }),
      info: withoutNulls({ ...known.info, ...own }),
    });
    const sealed = this.seal(params, id);
    const patch = { id, params: sealed, info: own, actor };
    const model = await this.bus.request(updateModel, name === undefined ? patch : { ...patch, name });
    if (model === null) throw unknownModel(id);
    await this.settle();
    return model;
  }

  async delete(id: string, actor: Actor): Promise<void> {
    this.checkAllowed();
    if (this.fileDeployment(id) !== undefined)
      throw new GatewayError(
        'invalid_request',
        "Can't delete model. Model in config: take it out of the config file.",
        { param: 'id' },
      );
    const { deleted } = await this.bus.request(deleteModel, { id, actor });
    if (!deleted) throw unknownModel(id);
    await this.settle();
  }

  /** LiteLLM's text and status. */
  private checkAllowed(): void {
    if (this.live.current.general.storeModelInDb) return;
    const text = "Set `'STORE_MODEL_IN_DB='True'` in your env to enable this feature.";
    throw new GatewayError('invalid_request', text, { status: 500 });
  }

  private storedModel(id: string): StoredModel | undefined {
    return this.keeper.storedModels.find((model) => model.id === id);
  }

  /** One of the config file. It may hide a stored one of its id. */
  private fileDeployment(id: string): Deployment | undefined {
    if (this.keeper.servedModel(id) !== undefined) return undefined;
    return this.live.current.deployments.find((deployment) => deployment.id === id);
  }

  /** The model as it is stored. Throws LiteLLM's text for one of the file. */
  private async find(id: string): Promise<StoredModel> {
    if (this.storedModel(id) === undefined) await this.settle();
    const model = this.storedModel(id);
    if (model !== undefined) return model;
    if (this.fileDeployment(id) === undefined) throw unknownModel(id);
    throw new GatewayError(
      'invalid_request',
      "Can't edit model. Model in config. Store model in db via `/model/new`. to edit.",
      { param: 'model_info.id' },
    );
  }

  /** By the rules of the file. Throws `invalid_request` with every problem. */
  private check({ id, name, params, info }: Pick<StoredModel, 'id' | 'name' | 'params' | 'info'>): void {
    try {
      const { dropParams } = this.live.current.general;
      const options = { dropParams, needsKnownProvider: true };
      readStoredDeployment({ name, params, info: { ...info, id } }, this.variables.current, options);
    } catch (cause) {
      if (!(cause instanceof ConfigError)) throw cause;
      const problems = new ModelProblems();
      problems.addConfigError(cause, name);
      problems.throwIfAny();
    }
  }

  private seal(params: Fields, id: string): Record<string, unknown> {
    const [field] = credentialFields(params);
    if (field === undefined) return { ...params };
    if (this.vault !== null) return sealParams(params, id, this.vault);
    throw new GatewayError(
      'invalid_request',
      `'litellm_params.${field}' is a credential, and there is no key to seal it with: set TOLLGATE_SALT_KEY ` +
        '(or LITELLM_SALT_KEY) for every ingress and worker, or use os.environ/NAME.',
      { param: `litellm_params.${field}` },
    );
  }

  private async settle(): Promise<void> {
    const abort = new AbortController();
    const expired = delay(SETTLE_MS, undefined, { signal: abort.signal, ref: false }).catch(() => undefined);
    await Promise.race([this.stored.refresh(), expired]);
    abort.abort();
  }
}

const withoutNulls = (fields: Fields): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));

/** `model_info` without what we said ourselves of the model: a client that sends back an answer means nothing by it. */
function withoutEchoes(info: Fields, known: StoredModel, deployment: Deployment | undefined): Fields {
  if (deployment === undefined) return info;
  const facts: Fields = factsOf(deployment);
  const entries = Object.entries(info).filter(
    ([field, value]) => field in known.info || JSON.stringify(facts[field]) !== JSON.stringify(value),
  );
  return Object.fromEntries(entries);
}

const unknownModel = (id: string): GatewayError =>
  new GatewayError('not_found', `Model not found: no model with the id '${id}' is stored.`, {
    param: 'model_info.id',
  });
