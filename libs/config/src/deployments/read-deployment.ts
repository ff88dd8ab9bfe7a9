import { ACCEPTED_LITELLM_PARAMS } from '../accepted-keys.js';
import type { Deployment } from '../gateway-config.js';
import { toPlain } from '../located.js';
import { didYouMean, nearest } from '../nearest.js';
import type { PriceAdjustments } from '../prices/price-overrides.js';
import { isCostKey, readPrices } from '../prices/read-prices.js';
import type { Section } from '../section.js';
import type { KeyOf } from '../settings.js';
import { readCachePoints } from './cache-points.js';
import { readConnection, readHeaders, type Connection } from './credentials.js';
import { readLimits } from './model-limits.js';
import { isKnownProvider, parseModel } from './provider-names.js';
import { REQUEST_PARAMETERS } from './request-parameters.js';
import { readRoutingParameters } from './routing-parameters.js';

export type Params = Section<KeyOf<'model_list[].litellm_params'>>;
export type Info = Section<KeyOf<'model_list[].model_info'>>;

/** What the whole file says about every deployment. */
export interface DeploymentContext {
  readonly credentials: ReadonlyMap<string, Connection>;
  readonly dropParams: boolean;
  readonly priceAdjustments: PriceAdjustments;
  /** A provider that is not known is a problem; else a warning. */
  readonly needsKnownProvider?: boolean;
}

/** A deployment's own parameters; null when what it calls cannot be told. `id` is empty when none is given. */
export function readDeployment(
  params: Params,
  info: Info,
  shared: DeploymentContext,
): Omit<Deployment, 'group'> | null {
  const target = readTarget(params, shared);
  const extraBody = params.map('extra_body');
  // Read both, whichever counts: what is not read is taken for a mistake.
  const [infoBase, paramsBase] = [info.text('base_model'), params.text('base_model')];
  const deployment = {
    ...readConnectionOf(params, shared),
    ...readRoutingParameters(params, info),
    id: info.text('id') ?? '',
    limits: readLimits(params, info),
    extraHeaders: readHeaders(params, 'extra_headers'),
    extraBody:
      extraBody === null
        ? {}
        : (params.plain(extraBody, params.pathOf('extra_body')) as Record<string, unknown>),
    dropParams: params.boolean('drop_params') ?? shared.dropParams,
    additionalDropParams: params.texts('additional_drop_params'),
    cachePoints: readCachePoints(params),
    prices: {
      ...readPrices(params, info),
      ...(shared.priceAdjustments.size > 0 && { adjustments: shared.priceAdjustments }),
    },
    baseModel: infoBase ?? paramsBase,
    mockResponse: params.text('mock_response'),
    info: toPlain(info.node, (text) => text) as Record<string, unknown>,
  };
  const defaults = readDefaults(params);
  warnOfTypos(info);
  return target === null ? null : { ...deployment, ...target, defaults };
}

function readTarget(
  params: Params,
  { needsKnownProvider = false }: DeploymentContext,
): Pick<Deployment, 'provider' | 'model'> | null {
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
  if (needsKnownProvider && target.provider !== '*' && !isKnownProvider(target.provider)) {
    params.problem('model', `unknown provider ${target.provider}`);
    return null;
  }
  if (target.warning !== undefined) {
    params.context.report.warning(params.pathOf('model'), params.placeOf('model'), target.warning);
  }
  return { provider: target.provider, model: target.model };
}

function readConnectionOf(params: Params, { credentials }: DeploymentContext): Connection {
  const name = params.text('litellm_credential_name');
  const listed = params.node.entries.get('organization')?.value.kind === 'list';
  const own = readConnection(params, { organization: !listed });
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
    providerSettings: { ...credential.providerSettings, ...own.providerSettings },
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

/** `model_info` may hold keys of the user's own, so one that is nearly ours is odd and no mistake. */
function warnOfTypos(info: Info): void {
  const { known, context } = info;
  for (const [key, { place }] of info.rest()) {
    const meant = isCostKey(key) ? null : nearest(key, known);
    if (meant === null) continue;
    context.report.warning(info.pathOf(key), place, `is kept as a key of your own; did you mean ${meant}?`);
  }
}
