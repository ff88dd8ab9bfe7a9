import type { Prefill } from '@tollgate/dialects';
import type { Endpoint } from './endpoint.js';
import type { Authorizer } from './kit/authorizer.js';

/** A deployment's connection settings with every reference resolved; null: neither the config nor the environment has it. */
export interface Settings {
  readonly apiKey: string | null;
  readonly apiBase: string | null;
  readonly apiVersion: string | null;
  readonly organization: string | null;
  /** Further parameters of the deployment, by LiteLLM's names: those of `SettingVariables.more` that are given. */
  readonly more: Readonly<Record<string, string>>;
}

/** Environment variables that stand in for settings which the config does not give; the first that is set counts. */
export interface SettingVariables {
  readonly apiKey: readonly string[];
  readonly apiBase: readonly string[];
  readonly apiVersion: readonly string[];
  /** Of further parameters (`vertex_project`, `aws_region_name`): the provider's own, by LiteLLM's names. */
  readonly more?: Readonly<Record<string, readonly string[]>>;
}

/**
 * A provider: data and pure functions. Everything that does I/O is the kit's, once for all of them.
 */
export interface Provider {
  /** LiteLLM's name: the prefix of `litellm_params.model`. */
  readonly name: string;
  /** The word before `Exception` in error texts, as LiteLLM spells it. */
  readonly label: string;
  readonly variables: SettingVariables;
  /** null: `api_base` must be configured. */
  readonly defaultBase: string | null;
  /** The default base refuses calls without a key. */
  readonly needsKey: boolean;
  /** Its endpoints for a model (by its upstream name), for each task those that translations prefer first. */
  endpoints(model: string): readonly Endpoint[];
  /** Authentication and the like, lower case. */
  headers(settings: Settings): Record<string, string>;
  /** Credentials that are fetched or worked out for each request (tokens, signatures); absent or null: `headers` has them. */
  readonly authorizer?: (settings: Settings) => Authorizer | null;
  /** Its own API begins at the base URL as it is; else where the version in it begins. */
  readonly isBaseWhole?: boolean;
  /** The base URL that follows from the settings, where none is configured; null: `defaultBase`. */
  readonly baseOf?: (settings: Settings) => string | null;
  /** Sent unless the client sends its own, lower case. */
  readonly defaultHeaders: Readonly<Record<string, string>>;
  /** Vendor headers of the client (lower case prefix, like `openai-`) that are meant for this provider. */
  readonly vendorHeaders: string | null;
  /** The upstream name of a model when it is not the configured one. */
  readonly modelName?: (model: string) => string;
  /** `metadata` is a field of the provider's own API; else it is the gateway's and stays here. */
  readonly acceptsMetadata: boolean;
  /** Refuses members of messages that are not OpenAI's own. Default false. */
  readonly checksMessages?: boolean;
  /** Usage of a stream must be asked for (`stream_options.include_usage`); false: it always comes, and the field may be refused. */
  readonly asksStreamUsage: boolean;
  /** The field that bounds an answer where the client sends none. */
  readonly outputCapField: 'max_tokens' | 'max_completion_tokens';
  /** How a model (by its upstream name) is made to go on from the beginning of an answer. Absent: it is asked to. */
  readonly prefill?: (model: string) => Prefill;
}
