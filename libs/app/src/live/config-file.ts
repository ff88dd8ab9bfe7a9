import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import {
  ConfigError,
  loadConfig,
  type LoadOptions,
  type LoadedConfig,
  type Variables,
} from '@tollgate/config';

const UNREADABLE = '';
const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The file that was named cannot be read, whatever it may hold. */
export class UnreadableConfigError extends ConfigError {
  override readonly message: string;

  constructor(path: string, cause: unknown) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const reason = REASONS[code ?? ''] ?? message;
    const sentence = `The config file ${path} cannot be read: ${reason}.`;
    super([sentence]);
    this.message = sentence;
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'this user may not',
};

/** The config file of a process with what it includes: read whole, and compared with what was read last. */
export class ConfigFile {
  private digests: ReadonlyMap<string, string> = new Map();

  constructor(
    /** Absolute. */
    readonly path: string,
    private readonly options: LoadOptions,
  ) {}

  /** Every file that the last `load` read, or tried to. */
  get files(): readonly string[] {
    return [...this.digests.keys()];
  }

  /** Throws a `ConfigError` with every problem. `variables` are the process's own. */
  load(variables: Variables): LoadedConfig {
    const digests = new Map<string, string>();
    const read = (path: string): string => {
      digests.set(path, UNREADABLE);
      const text = readFileSync(path, 'utf8');
      digests.set(path, digestOf(text));
      return text;
    };
    this.digests = digests;
    const text = this.readMain(read);
    return loadConfig({ file: this.path, text, read }, variables, this.options);
  }

  /** Like `load`; an empty file is refused too: somebody is in the middle of writing it. */
  reload(variables: Variables): LoadedConfig {
    const loaded = this.load(variables);
    if (loaded.config.deployments.length > 0 || this.digests.get(this.path) !== digestOf('')) return loaded;
    throw new ConfigError([`the config file ${this.path} is empty`]);
  }

  /** Whether any of the files holds something else than when it was last read, good or bad. */
  async hasChanged(): Promise<boolean> {
    for (const [path, digest] of this.digests) {
      const now = await readFile(path, 'utf8').then(digestOf, () => UNREADABLE);
      if (now !== digest) return true;
    }
    return false;
  }

  private readMain(read: (path: string) => string): string {
    try {
      return read(this.path);
    } catch (cause) {
      throw new UnreadableConfigError(this.path, cause);
    }
  }
}
