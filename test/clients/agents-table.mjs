// How each agent is told where its model is, and to call its shell without asking anybody.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The fault lab calls the tool that is named so. */
const promptFor = (tool) => `Please call ${tool}`;

const claudeCode = {
  package: '@anthropic-ai/claude-code',
  // Its own program is put in place by an install script.
  program: (modules) => [
    join(modules, `@anthropic-ai/claude-code-${process.platform}-${process.arch}`, 'claude'),
  ],
  toolArguments: (command) => ({ command, description: 'Counts' }),
  env: ({ url, apiKey, model }) => ({
    ...{ ANTHROPIC_BASE_URL: url, ANTHROPIC_AUTH_TOKEN: apiKey },
    ...{ ANTHROPIC_MODEL: model, ANTHROPIC_DEFAULT_HAIKU_MODEL: model },
    ...{ CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1', DISABLE_AUTOUPDATER: '1' },
  }),
  args: () => ['-p', promptFor('Bash'), '--allowedTools', 'Bash'],
};

const codex = {
  package: '@openai/codex',
  program: (modules) => [process.execPath, join(modules, '@openai/codex/bin/codex.js')],
  toolArguments: (command) => ({ cmd: command }),
  env: ({ apiKey }) => ({ TOLLGATE_KEY: apiKey }),
  args: ({ url, model }) => [
    ...['exec', '--skip-git-repo-check', '--dangerously-bypass-approvals-and-sandbox', '-m', model],
    ...['-c', 'model_provider=tollgate', '-c', 'analytics.enabled=false'],
    ...[
      '-c',
      `model_providers.tollgate={name="Tollgate",base_url="${url}/v1",env_key="TOLLGATE_KEY",wire_api="responses"}`,
    ],
    promptFor('exec_command'),
  ],
};

const geminiCli = {
  package: '@google/gemini-cli',
  program: (modules) => [process.execPath, join(modules, '@google/gemini-cli/bundle/gemini.js')],
  // With a base URL alone it takes itself for a client of Google's own gateway, which it does not know.
  prepare(home) {
    const security = { auth: { selectedType: 'gemini-api-key' } };
    const settings = {
      security,
      privacy: { usageStatisticsEnabled: false },
      general: { enableAutoUpdate: false },
    };
    mkdirSync(join(home, '.gemini'));
    writeFileSync(join(home, '.gemini/settings.json'), JSON.stringify(settings));
  },
  toolArguments: (command) => ({ command }),
  env: ({ url, apiKey }) => ({ GOOGLE_GEMINI_BASE_URL: url, GEMINI_API_KEY: apiKey }),
  args: ({ model }) => ['--skip-trust', '--yolo', '-m', model, '-p', promptFor('run_shell_command')],
};

/** Each: its package; its program; what its shell is called with; its environment and arguments, and what it finds at home. */
export const AGENTS = { 'claude-code': claudeCode, codex, 'gemini-cli': geminiCli };
