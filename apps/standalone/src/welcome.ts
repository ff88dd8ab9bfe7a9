import { relative, resolve } from 'node:path';
import type { MasterKeyOrigin, RunningApp } from '@tollgate/app';
import { resolveSetting } from '@tollgate/config';

type Started = Pick<RunningApp, 'url' | 'config' | 'environment' | 'masterKeyOrigin'>;

/** What a person sees who started the gateway: where it is, where its key is, and a line to paste. */
export function welcome(started: Started, { isTerminal }: { isTerminal: boolean }): string {
  const { url, environment } = started;
  const key = keyOf(started, isTerminal);
  const facts = [
    ['Tollgate', url],
    ['key', key.shown],
    ['data', shortest(environment.dataDirectory)],
    ...(environment.configFile === null ? [] : [['config', shortest(resolve(environment.configFile))]]),
  ];
  const lines = [
    ...facts.map(([name = '', fact = '']) => `${name.padEnd(10)}${fact}`),
    ...tryIt(started, key.inShell),
    ...(environment.configFile === null
      ? ['', 'Models of your own: npm start -- --config tollgate.yaml']
      : []),
  ];
  return `\n${lines.map((line) => (line === '' ? '' : `  ${line}`)).join('\n')}\n\n`;
}

/** Nothing where there is no model whose name can be called as it stands. */
function tryIt({ url, config }: Started, key: string): string[] {
  const model = config.deployments.find(({ group }) => !group.includes('*'))?.group;
  if (model === undefined) return [];
  const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello!' }] });
  return [
    ...['', 'Try it:', ''],
    `curl ${url}/v1/chat/completions \\`,
    `  -H "authorization: Bearer ${key}" -H 'content-type: application/json' \\`,
    `  -d '${body.replaceAll("'", `'\\''`)}'`,
  ];
}

/**
 * The key as text only if the gateway made it and a person looks on, or never saw it: what is printed ends up in logs. A
 * key that was given is named, never shown.
 */
function keyOf(started: Started, isTerminal: boolean): { shown: string; inShell: string } {
  const origin: MasterKeyOrigin = started.masterKeyOrigin ?? { kind: 'config' };
  switch (origin.kind) {
    case 'own': {
      const text = resolveSetting(started.config.general.masterKey, started.environment.variables) ?? '';
      if (origin.isNew || isTerminal) return { shown: text, inShell: text };
      return { shown: `in ${shortest(origin.file)}`, inShell: `$(cat '${origin.file}')` };
    }
    case 'variable':
      return { shown: `the one in ${origin.name}`, inShell: `$${origin.name}` };
    case 'config':
      return { shown: 'general_settings.master_key, $MASTER_KEY below', inShell: '$MASTER_KEY' };
  }
}

/** A path as a person would type it here. */
function shortest(path: string): string {
  const near = relative('', path);
  return near.startsWith('..') || near === '' ? path : `./${near}`;
}
