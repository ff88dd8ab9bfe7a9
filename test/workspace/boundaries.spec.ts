import { execFileSync } from 'node:child_process';
import { ESLint } from 'eslint';

/** The Nx rule is silently skipped when no project graph is cached: this canary must see it bite. */
describe('module boundaries', () => {
  const lint = async (filePath: string, code: string): Promise<string[]> => {
    const [result] = await new ESLint({ overrideConfig: {} }).lintText(code, { filePath });
    return result?.messages.map((message) => `${message.ruleId ?? 'fatal'}: ${message.message}`) ?? [];
  };

  beforeAll(() => {
    execFileSync('npx', ['nx', 'show', 'projects'], {
      stdio: 'ignore',
      env: { ...process.env, NX_DAEMON: 'false' },
    });
  }, 120_000);

  it('refuses a contract that imports a platform lib', async () => {
    const messages = await lint(
      'libs/contracts/src/index.ts',
      "import { createLogger } from '@tollgate/observability';\n",
    );
    expect(messages.join('\n')).toMatch(/@nx\/enforce-module-boundaries/);
  }, 120_000);

  it('refuses an app that talks to a server past its lib', async () => {
    const messages = await lint(
      'apps/router/src/main.ts',
      "import { Redis } from 'ioredis';\nexport const redis = Redis;\n",
    );
    expect(messages.join('\n')).toMatch(/@nx\/enforce-module-boundaries/);
  }, 120_000);

  it('refuses process.env outside libs/config', async () => {
    const messages = await lint('apps/router/src/main.ts', "export const home = process.env['HOME'];\n");
    expect(messages.join('\n')).toMatch(/read in libs\/config only/);
  }, 120_000);
});
