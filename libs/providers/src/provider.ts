import type { Dialect } from '@tollgate/contracts';
import type { Prefill } from '@tollgate/dialects';

/** A deployment's connection settings with every reference resolved; null: neither the config nor the environment has it. */
export interface Settings {
  readonly apiKey: string | null;
  readonly apiBase: string | null;
  readonly apiVersion: string | null;
  readonly organization: string | null;
}

/** What a path may depend on. `basePath` is the path of the base URL, without a slash at its end. */
export interface PathQuery {
  readonly basePath: string;
  readonly model: string;
  readonly apiVersion: string | null;
  /** The request ends with the beginning of an answer, to be gone on from. Default false. */
  readonly isContinued?: boolean;
}

/** Environment variables that stand in for settings which the config does not give; the first that is set counts. */
export interface SettingVariables {
  readonly apiKey: readonly string[];
  readonly apiBase: readonly string[];
  readonly apiVersion: readonly string[];
}

/**
 * A provider: data and pure functions. Everything that does I/O is the kit's, once for all of them.
 */
export interface Provider {
  /** LiteLLM's name: the prefix of `litellm_params.model`. */
  readonly name: string;
  /** The word before `Exception` in error texts, as LiteLLM spells it. */
  readonly label: string;
  /** The wire format it speaks. */
  readonly dialect: Dialect;
  readonly variables: SettingVariables;
  /** null: `api_base` must be configured. */
  readonly defaultBase: string | null;
  /** The default base refuses calls without a key. */
  readonly needsKey: boolean;
  /** Path and query of the chat endpoint. */
  path(query: PathQuery): string;
  /** Authentication and the like, lower case. */
  headers(settings: Settings): Record<string, string>;
  /** Sent unless the client sends its own, lower case. */
  readonly defaultHeaders: Readonly<Record<string, string>>;
  /** Vendor headers of the client (lower case prefix, like `openai-`) that are meant for this provider. */
  readonly vendorHeaders: string | null;
  /** The upstream name of a model when it is not the configured one. */
  readonly modelName?: (model: string) => string;
  /** `metadata` is a field of the provider's own API; else it is the gateway's and stays here. */
  readonly acceptsMetadata: boolean;
  /** Usage of a stream must be asked for (`stream_options.include_usage`); false: it always comes, and the field may be refused. */
  readonly asksStreamUsage: boolean;
  /** The field that bounds an answer where the client sends none. */
  readonly outputCapField: 'max_tokens' | 'max_completion_tokens';
  /** How a model (by its upstream name) is made to go on from the beginning of an answer. Absent: it is asked to. */
  readonly prefill?: (model: string) => Prefill;
}
