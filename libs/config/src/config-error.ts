/** Everything that is wrong with a configuration or an environment, in one error: nobody should have to start ten times. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  /** @param problems one sentence each; never with a secret in it. */
  constructor(readonly problems: readonly string[]) {
    super(`${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}:\n${problems.join('\n')}`);
  }
}
