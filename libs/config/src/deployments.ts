import { ACCEPTED_LITELLM_PARAMS } from './accepted-keys.js';
import { readConnection, readHeaders, type Connection } from './credentials.js';
import { bareDeployment } from './demo-config.js';
import { deploymentId, uniqueIds } from './deployment-id.js';
import type { Deployment, Setting } from './gateway-config.js';
import { toPlain, type Located } from './located.js';
import { openSection } from './named-sections.js';
import { didYouMean, nearest } from './nearest.js';
import { isCostKey, readPrices } from './prices.js';
import { parseModel } from './provider-names.js';
import { REQUEST_PARAMETERS } from './request-parameters.js';
import type { ReadContext, Section } from './section.js';
import { toSetting } from './setting.js';
import type { KeyOf } from './settings.js';

type Root = Section<KeyOf<''>>;
type Params = Section<KeyOf<'model_list[].litellm_params'>>;
type Info = Section<KeyOf<'model_list[].model_info'>>;

/** What the whole file says about every deployment. */
export interface DeploymentContext {
  readonly credentials: ReadonlyMap<string, Connection>;
  readonly dropParams: boolean;
}

export function readDeployments(root: Root, shared: DeploymentContext): Deployment[] {
  const unique = uniqueIds();
  const deployments = (root.list('model_list') ?? []).flatMap((node, index) =>
    readEntry(node, { path: `model_list[${index}]`, context: root.context }, shared),
  );
  return deployments.map((deployment) => ({ ...deployment, id: unique(deployment.id) }));
}

/** One entry of `model_list`: one deployment, or one for each of its organizations. */
function readEntry(
  node: Located,
  at: { readonly path: string; readonly context: ReadContext },
  shared: DeploymentContext,
): Deployment[] {
  const entry = openSection<'model_list[]'>(node, at);
  if (entry === null) return [];
  const group = entry.text('model_name');
  const paramsNode = entry.map('litellm_params');
  const infoNode = entry.map('model_info');
  const capacity = { rpm: entry.number('rpm'), tpm: entry.number('tpm') };
  entry.finish(new Set());
  if (!entry.has('model_name')) entry.problem('model_name', 'is missing');
  if (paramsNode === null && !entry.has('litellm_params')) entry.problem('litellm_params', 'is missing');
  if (group === null || paramsNode === null) return [];
  const at2 = (name: string) => ({ path: `${at.path}.${name}`, context: at.context });
  const params = openSection<'model_list[].litellm_params'>(paramsNode, at2('litellm_params'));
  const none: Located = { kind: 'map', place: node.place, entries: new Map() };
  const info = openSection<'model_list[].model_info'>(infoNode ?? none, at2('model_info'));
  if (params === null || info === null) return [];
  const target = readTarget(params);
  const written = toPlain(params.node, (text) => text);
  const organizations = readOrganizations(params);
  const base = readDeployment(params, info, shared);
  if (target === null) return [];
  return organizations.map((organization) => ({
    ...bareDeployment({ id: '', group, ...target }),
    ...base,
    ...target,
    group,
    id: base.id === '' ? deploymentId(group, { written, organization }) : base.id,
    rpm: base.rpm ?? capacity.rpm,
    tpm: base.tpm ?? capacity.tpm,
    organization: organization ?? base.organization,
  }));
}

function readTarget(params: Params): Pick<Deployment, 'provider' | 'model'> | null {
  const name = params.text('model');
  if (name === null) {
    if (!params.has('model')) params.problem('model', 'is missing');
    return null;
  }
  const target = parseModel(name, params.has('api_base'));
  if ('problem' in target) {
    params.problem('model', target.problem);
    return null;
  }
  if (target.warning !== undefined) {
    params.context.report.warning(params.pathOf('model'), params.placeOf('model'), target.warning);
  }
  return { provider: target.provider, model: target.model };
}

/** A list of organizations, or one entry: the only one, or null. */
function readOrganizations(params: Params): (Setting | null)[] {
  const node = params.node.entries.get('organization')?.value;
  if (node?.kind !== 'list') return [params.setting('organization')];
  const items = params.list('organization') ?? [];
  return items.flatMap((item) => {
    if (item.kind === 'scalar' && item.value !== null) return [toSetting(String(item.value))];
    params.problem('organization', 'expected a string or a list of strings');
    return [];
  });
}

function readDeployment(params: Params, info: Info, shared: DeploymentContext) {
  const extraBody = params.map('extra_body');
  // Read both, whichever counts: what is not read is taken for a mistake.
  const [infoBase, paramsBase] = [info.text('base_model'), params.text('base_model')];
  const infoPrices = readPrices(info);
  const deployment = {
    ...readConnectionOf(params, shared),
    id: info.text('id') ?? '',
    weight: params.number('weight'),
    rpm: params.number('rpm'),
    tpm: params.number('tpm'),
    order: params.number('order', { min: -Infinity }),
    timeoutMs: params.seconds('timeout'),
    streamTimeoutMs: params.seconds('stream_timeout'),
    numRetries: params.number('num_retries', { integer: true }),
    cooldownMs: params.seconds('cooldown_time', { min: 0 }),
    extraHeaders: readHeaders(params.context, params),
    extraBody:
      extraBody === null
        ? {}
        : (params.plain(extraBody, params.pathOf('extra_body')) as Record<string, unknown>),
    dropParams: params.boolean('drop_params') ?? shared.dropParams,
    additionalDropParams: params.texts('additional_drop_params'),
    prices: { ...infoPrices, ...readPrices(params) },
    baseModel: infoBase ?? paramsBase,
    tags: params.texts('tags'),
    mockResponse: params.text('mock_response'),
    info: toPlain(info.node, (text) => text) as Record<string, unknown>,
  };
  return { ...deployment, defaults: readDefaults(params) };
}

function readConnectionOf(params: Params, { credentials }: DeploymentContext): Connection {
  const name = params.text('litellm_credential_name');
  const listed = params.node.entries.get('organization')?.value.kind === 'list';
  const own = listed
    ? {
        apiKey: params.setting('api_key'),
        apiBase: params.setting('api_base'),
        apiVersion: params.setting('api_version'),
        organization: null,
      }
    : readConnection(params);
  if (name === null) return own;
  const credential = credentials.get(name);
  if (credential === undefined) {
    params.problem('litellm_credential_name', `no credential ${name}${didYouMean(name, credentials.keys())}`);
    return own;
  }
  return {
    apiKey: own.apiKey ?? credential.apiKey,
    apiBase: own.apiBase ?? credential.apiBase,
    apiVersion: own.apiVersion ?? credential.apiVersion,
    organization: own.organization ?? credential.organization,
  };
}

/** What is left of `litellm_params` when all of our own keys are read: defaults of requests, or mistakes. */
function readDefaults(params: Params): Record<string, unknown> {
  const { report } = params.context;
  const known = [...params.known, ...ACCEPTED_LITELLM_PARAMS, ...REQUEST_PARAMETERS];
  const defaults: [string, unknown][] = [];
  for (const [key, { place, value }] of params.rest()) {
    const path = params.pathOf(key);
    if (ACCEPTED_LITELLM_PARAMS.has(key) || isCostKey(key)) {
      report.noEffect(path, place);
      continue;
    }
    if (!REQUEST_PARAMETERS.has(key)) {
      if (nearest(key, known) !== null) {
        report.unknownKey(path, place, known);
        continue;
      }
      report.warning(path, place, 'is not a known parameter; it is sent to the provider as it is');
    }
    defaults.push([key, params.plain(value, path)]);
  }
  return Object.fromEntries(defaults);
}
