import { showParams, type Deployment, type Setting } from '@tollgate/config';
import type { StoredModel } from '@tollgate/contracts';
import { factsOf } from './model-facts.js';

type Fields = Readonly<Record<string, unknown>>;

/** What `/model/info` says of one deployment. */
export interface ModelEntry {
  readonly model_name: string;
  readonly litellm_params: Fields;
  readonly model_info: Fields & { readonly id: string; readonly db_model: boolean };
}

const iso = (time: number): string => new Date(time).toISOString();

/** The answer to who added or changed a model: what is stored, without its credentials. */
export const storedModelAnswer = (model: StoredModel) => ({
  model_id: model.id,
  model_name: model.name,
  litellm_params: showParams(model.params),
  model_info: { ...model.info, id: model.id, db_model: true },
  created_at: iso(model.createdAt),
  created_by: model.createdBy,
  updated_at: iso(model.updatedAt),
  updated_by: model.updatedBy,
});

/** A deployment that is served; `stored` when it was added through the API. */
export function servedEntry(deployment: Deployment, stored: StoredModel | undefined): ModelEntry {
  const { id, group, info } = deployment;
  return {
    model_name: group,
    litellm_params: showParams(stored?.params ?? writtenParams(deployment)),
    model_info: {
      ...factsOf(deployment),
      ...showParams(info),
      id,
      db_model: stored !== undefined,
      ...(stored !== undefined && changesOf(stored)),
    },
  };
}

/** A stored model that is not served here, and why: whoever stored it can put it right. */
export const leftOutEntry = (stored: StoredModel, reason: string): ModelEntry => ({
  model_name: stored.name,
  litellm_params: showParams(stored.params),
  model_info: { ...stored.info, id: stored.id, db_model: true, ...changesOf(stored), left_out: reason },
});

/** For a virtual key: what the model is and can do, not where it is. */
export const entryForKey = ({ litellm_params: { model }, ...entry }: ModelEntry): ModelEntry => ({
  ...entry,
  litellm_params: { model },
});

const changesOf = (stored: StoredModel) => ({
  created_at: iso(stored.createdAt),
  created_by: stored.createdBy,
  updated_at: iso(stored.updatedAt),
  updated_by: stored.updatedBy,
});

/** `litellm_params` of a deployment of the file, in LiteLLM's words. */
function writtenParams(deployment: Deployment): Fields {
  const { provider, model, extraHeaders } = deployment;
  const params: Fields = {
    ...deployment.defaults,
    model: provider === '*' ? model : `${provider}/${model}`,
    api_base: written(deployment.apiBase),
    api_version: written(deployment.apiVersion),
    organization: written(deployment.organization),
    weight: deployment.weight,
    rpm: deployment.rpm,
    tpm: deployment.tpm,
    order: deployment.order,
    timeout: seconds(deployment.timeoutMs),
    stream_timeout: seconds(deployment.streamTimeoutMs),
    num_retries: deployment.numRetries,
    cooldown_time: seconds(deployment.cooldownMs),
    max_parallel_requests: deployment.maxParallelRequests,
    region_name: deployment.region,
    tags: someOf(deployment.tags),
    extra_headers: someOf(mapValues(extraHeaders, written)),
    extra_body: someOf(deployment.extraBody),
    mock_response: deployment.mockResponse,
  };
  return Object.fromEntries(Object.entries(params).filter(([, value]) => value !== null));
}

const written = (setting: Setting | null): string | null => {
  if (setting === null || typeof setting === 'string') return setting;
  return 'env' in setting ? `os.environ/${setting.env}` : null;
};

const seconds = (milliseconds: number | null): number | null =>
  milliseconds === null ? null : milliseconds / 1_000;

const someOf = <Value extends object>(value: Value): Value | null =>
  Object.keys(value).length === 0 ? null : value;

const mapValues = <From, To>(record: Readonly<Record<string, From>>, map: (value: From) => To) =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]));
