/**
 * A string of the file, a reference to an environment variable (`os.environ/NAME`), or a credential of a stored model that
 * a `Vault` sealed. They are resolved where they are needed (`resolveSetting`): a provider's key is in the environment of
 * its workers alone, and workers alone unseal.
 */
export type Setting =
  | string
  /** `before`: what stands before the reference, as in `Bearer os.environ/NAME`. */
  | { readonly env: string; readonly before?: string }
  | { readonly sealed: string };
