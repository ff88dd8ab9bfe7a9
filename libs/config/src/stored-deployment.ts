import { ConfigError } from './config-error.js';
import { readMembers } from './deployments/deployments.js';
import type { Deployment } from './gateway-config.js';
import { locate } from './locate.js';
import { Mentions } from './mentions.js';
import type { PriceAdjustments } from './prices/price-overrides.js';
import { Report } from './report.js';
import type { Variables } from './setting.js';

/** A deployment as the API stores it. */
export interface StoredDeployment {
  /** `model_name`. */
  readonly name: string;
  /** `litellm_params`. */
  readonly params: unknown;
  /** `model_info`. */
  readonly info?: unknown;
}

export interface StoredOptions {
  /** `litellm_settings.drop_params` of the file (`GeneralSettings.dropParams`). */
  readonly dropParams?: boolean;
  /** Those of the file (`GeneralSettings.priceAdjustments`). */
  readonly priceAdjustments?: PriceAdjustments;
  /** For one that is about to be stored: nobody would see the warning. */
  readonly needsKnownProvider?: boolean;
}

/**
 * Reads one deployment that is not of the file, by the file's own rules. Throws one `ConfigError` with every problem. Named
 * credentials are the file's alone; whether there is a model of the name `silent_model` is for the caller to ask.
 */
export function readStoredDeployment(
  { name, params, info }: StoredDeployment,
  variables: Variables,
  { dropParams = false, priceAdjustments = new Map(), needsKnownProvider = false }: StoredOptions = {},
): { readonly deployment: Deployment; readonly warnings: readonly string[] } {
  const label = `model ${name}`;
  const report = new Report(() => label);
  const place = { file: label, line: 1 };
  if (name.trim() === '') report.problem('model_name', place, 'is missing');
  const nodes = { params: locate(params, place), info: locate(info ?? {}, place) };
  const context = { report, variables, mentions: new Mentions() };
  const shared = { credentials: new Map(), dropParams, priceAdjustments, needsKnownProvider };
  const members = readMembers(name, nodes, { path: '', context, ...shared });
  if (members.length > 1) {
    report.problem('litellm_params.organization', place, 'a stored deployment has one');
  }
  const [deployment] = members;
  if (deployment === undefined || report.problems.length > 0) throw new ConfigError(report.problems);
  return { deployment, warnings: report.warnings };
}
