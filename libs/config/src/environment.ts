/**
 * How a process was started, read from its environment once. Setting `NATS_URL`, `REDIS_URL` and `DATABASE_URL`
 * is what makes it distributed; there is no third mode.
 */
export interface Environment {
  readonly mode: 'embedded' | 'distributed';
  /** Present when distributed; `databaseUrl` for billing only. */
  readonly natsUrl: string | null;
  readonly redisUrl: string | null;
  readonly databaseUrl: string | null;
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Keys, database, outbox. Made with mode 0700. */
  readonly dataDirectory: string;
  readonly configFile: string | null;
  /** What the credentials of stored models are sealed with; null: none was given. */
  readonly saltKey: string | null;
  /** Providers that a worker process serves; null: all. */
  readonly providers: readonly string[] | null;
  readonly drainMs: number;
  /** A Redis that says nothing for so long is away. */
  readonly redisTimeoutMs: number;
  readonly logLevel: string;
  /** For `os.environ/NAME` references. */
  readonly variables: Readonly<Record<string, string | undefined>>;
}
