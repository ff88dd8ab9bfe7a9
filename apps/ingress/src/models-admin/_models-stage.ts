import { bareDeployment, Vault, type GatewayConfig } from '@tollgate/config';
import {
  createModel,
  deleteModel,
  findKey,
  GatewayError,
  listModels,
  updateModel,
  type StoredModel,
} from '@tollgate/contracts';
import { VIRTUAL_KEY, keyRecordOf, startIngress, type FakeBus, type Harness } from '../_harness.js';

export const SECRET = 'sk-provider-secret-0123456789';
export const vault = new Vault('salt');
export const AS_KEY = { authorization: `Bearer ${VIRTUAL_KEY}` };

const FILE: GatewayConfig['deployments'] = [
  {
    ...bareDeployment({ id: 'file-1', group: 'chat-default', provider: 'openai', model: 'gpt-4o' }),
    apiKey: { env: 'OPENAI_API_KEY' },
    apiBase: 'https://user:password@upstream.example/v1',
    extraHeaders: { 'x-gateway': SECRET },
    rpm: 10,
    tags: ['free'],
    prices: { output: 5 },
    limits: { supports: { vision: true } },
    info: { note: 'of the file', upstream_password: SECRET },
  },
  {
    ...bareDeployment({ id: 'file-2', group: 'chat-default', provider: 'azure', model: 'eu' }),
    baseModel: 'azure/gpt-4o',
    rpm: 5,
  },
  bareDeployment({ id: 'file-3', group: 'chat-quality', provider: 'acme', model: 'own' }),
];

/** Billing, as far as models go. */
function keepModels(bus: FakeBus): Map<string, StoredModel> {
  const models = new Map<string, StoredModel>();
  let version = 0;
  const put = (model: StoredModel): StoredModel => {
    version += 1;
    models.set(model.id, model);
    return model;
  };
  bus.reply(createModel, ({ actor, ...model }) => {
    if (models.has(model.id))
      throw new GatewayError('invalid_request', 'There is one already.', { param: 'model_info.id' });
    const by = actor.userId ?? '';
    return put({ ...model, createdBy: by, updatedBy: by, createdAt: 1_000, updatedAt: 1_000 });
  });
  bus.reply(updateModel, ({ id, params, info, name, actor }) => {
    const known = models.get(id);
    if (known === undefined) return null;
    const patched = (fields: object, patch: object = {}): Record<string, unknown> =>
      Object.fromEntries(Object.entries({ ...fields, ...patch }).filter(([, value]) => value !== null));
    const changes = { params: patched(known.params, params), info: patched(known.info, info) };
    return put({
      ...known,
      ...changes,
      name: name ?? known.name,
      updatedBy: actor.userId ?? '',
      updatedAt: 2_000,
    });
  });
  bus.reply(deleteModel, ({ id }) => {
    version += 1;
    return { deleted: models.delete(id) };
  });
  bus.reply(listModels, () => ({ models: [...models.values()], version, next: null }));
  return models;
}

/** An ingress with a billing that keeps models, a key that may call some, and what a spec asks of both. */
export class ModelsStage {
  readonly models: Map<string, StoredModel>;

  private constructor(readonly ingress: Harness) {
    this.models = keepModels(ingress.bus);
    const key = keyRecordOf({ models: ['chat-default', 'new'] });
    ingress.bus.reply(findKey, () => ({ key, spendNanos: 0 }));
  }

  static async start(
    general: Partial<GatewayConfig['general']> = {},
    withVault: { readonly vault?: Vault } = { vault },
  ): Promise<ModelsStage> {
    return new ModelsStage(
      await startIngress(general, { deployments: FILE, readsModels: true, ...withVault }),
    );
  }

  add(changes: object = {}): Promise<Response> {
    return this.ingress.post('/model/new', { ...NEW, ...changes });
  }

  async entries(path: string, headers: Record<string, string> = {}): Promise<Entry[]> {
    const { data } = (await json(await this.ingress.get(path, headers))) as unknown as { data: Entry[] };
    return data;
  }

  async names(path: string, headers: Record<string, string> = {}): Promise<string[]> {
    const entries = await this.entries(path, headers);
    return entries.map(({ model_name: name, model_info: { id } }) => `${name} ${id}`);
  }
}

export const NEW = {
  model_name: 'new',
  litellm_params: {
    model: 'openai/gpt-4o-mini',
    api_key: SECRET,
    rpm: 7,
    extra_headers: { 'x-team': SECRET },
  },
  model_info: { id: 'new-1', mode: 'chat', description: 'mine' },
};

export type Json = Record<string, unknown>;
export const json = async (response: Response): Promise<Json> => (await response.json()) as Json;

export interface Entry {
  model_name: string;
  litellm_params: Json;
  model_info: Json & { id: string };
}
