import { ConfigError, processEnvironment } from '@tollgate/config';
import { setLogLevel } from '@tollgate/observability';
import { importCommand } from './import-litellm/command.js';

const USAGE = `tollgate <command>

  import-litellm  copy everything from a LiteLLM database (tollgate import-litellm --help)

The gateway itself is started by "npm start".
`;

const [command, ...argv] = process.argv.slice(2);
// What is done is told by the report; migrations and the like are of no interest here.
setLogLevel('warn');
try {
  if (command === 'import-litellm') process.stdout.write(await importCommand(argv, processEnvironment()));
  else {
    process.stdout.write(USAGE);
    process.exitCode = command === undefined || command === '--help' ? 0 : 2;
  }
} catch (cause) {
  if (!(cause instanceof Error)) throw cause;
  process.stderr.write(`${cause.message}\n`);
  process.exitCode = cause instanceof ConfigError ? 2 : 1;
}
