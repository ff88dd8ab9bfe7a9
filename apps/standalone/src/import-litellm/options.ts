import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ConfigError, type Variables } from '@tollgate/config';
import type { DatabaseTarget } from '@tollgate/database';

export const IMPORT_HELP = `tollgate import-litellm --database-url postgresql://...

Copies organizations, teams, users, keys, budgets, end users, tags, models and spend from LiteLLM's database. LiteLLM's is only
read; keys go on working; a repeat takes what is new and leaves the rest as it is.

  --database-url URL  LiteLLM's database (LITELLM_DATABASE_URL)
  --data DIR          into the gateway of one process that keeps its data there, while it does not run; without it into
                      DATABASE_URL, or else into TOLLGATE_DATA or ./.tollgate
  --salt-key KEY      what LiteLLM encrypts models with (LITELLM_SALT_KEY): its salt key or, without one, its master key
  --config FILE       the gateway's config file, for the time zone of budgets and the variables of models (CONFIG_FILE)
  --dry-run           report only; of the database to copy into, no more than missing tables are made
`;

export interface ImportOptions {
  readonly sourceUrl: string;
  readonly target: DatabaseTarget;
  readonly saltKey: string | null;
  readonly configFile: string | null;
  readonly dryRun: boolean;
}

/** Throws a `ConfigError` with every problem. URLs are no part of it: they hold passwords. */
export function readImportOptions(argv: readonly string[], variables: Variables): ImportOptions {
  const { values } = parsed(argv);
  const problems: string[] = [];
  const sourceUrl = values['database-url'] ?? variables['LITELLM_DATABASE_URL'] ?? '';
  if (sourceUrl === '') problems.push("--database-url is missing: the URL of LiteLLM's database");
  else if (!/^postgres(ql)?:\/\//.test(sourceUrl) || !URL.canParse(sourceUrl))
    problems.push('--database-url must be a URL that starts with postgres:// or postgresql://');
  const target = targetOf(values.data, variables);
  if (problems.length === 0 && 'url' in target && placeOf(target.url) === placeOf(sourceUrl))
    problems.push("DATABASE_URL is LiteLLM's own database: name another one, or a folder with --data");
  if (problems.length > 0) throw new ConfigError(problems);
  return {
    sourceUrl,
    target,
    saltKey: values['salt-key'] ?? variables['LITELLM_SALT_KEY'] ?? null,
    configFile: values.config ?? variables['CONFIG_FILE'] ?? variables['TOLLGATE_CONFIG'] ?? null,
    dryRun: values['dry-run'] ?? false,
  };
}

function parsed(argv: readonly string[]) {
  const text = { type: 'string' } as const;
  const options = {
    ...{ 'database-url': text, data: text, 'salt-key': text, config: text },
    'dry-run': { type: 'boolean' },
  } as const;
  try {
    return parseArgs({ args: [...argv], options, strict: true });
  } catch (cause) {
    throw new ConfigError([cause instanceof Error ? cause.message : String(cause)]);
  }
}

function targetOf(data: string | undefined, variables: Variables): DatabaseTarget {
  const url = variables['DATABASE_URL'];
  if (data === undefined && url !== undefined && url !== '') return { url };
  return { dataDirectory: resolve(data ?? variables['TOLLGATE_DATA'] ?? '.tollgate') };
}

/** Server and database, without who asks and how. */
function placeOf(url: string): string {
  if (!URL.canParse(url)) return url;
  const { hostname, port, pathname } = new URL(url);
  return `${hostname}:${port === '' ? '5432' : port}${pathname}`;
}
