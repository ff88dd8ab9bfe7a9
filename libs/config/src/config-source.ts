import type { GatewayConfig } from './gateway-config.js';
import type { Variables } from './setting.js';

/** A config file's text and how to get at the files that it includes. */
export interface ConfigSource {
  readonly text: string;
  /** Its path: shown in messages, and the folder that `include` is relative to. */
  readonly file: string;
  /** Text of an included file by path; throws when it cannot be read. Without it `include` is an error. */
  readonly read?: (file: string) => string;
}

export interface LoadOptions {
  /**
   * False for a process that does not authenticate (router, worker, billing): a master key whose variable is not set
   * there stays a reference. Default true: it is an error.
   */
  readonly needsMasterKey?: boolean;
}

export interface LoadedConfig {
  readonly config: GatewayConfig;
  /** What was accepted and does nothing, or looks odd; one sentence each, with its line. */
  readonly warnings: readonly string[];
  /** The variables that were given, with the file's `environment_variables` over them: for `resolveSetting`. */
  readonly variables: Variables;
}
