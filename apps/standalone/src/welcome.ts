import { resolveSetting } from '@tollgate/config';
import type { RunningApp } from '@tollgate/app';

/** What a person sees who started the gateway without a config: where it is, the key, and a line to paste. */
export function welcome({ url, config, environment }: RunningApp): string {
  const key = resolveSetting(config.general.masterKey, environment.variables) ?? '';
  const model = config.deployments[0]?.group ?? 'demo';
  const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello!' }] });
  return `
  Tollgate  ${url}
  key       ${key}
  data      ${environment.dataDirectory}

  Try it:

  curl ${url}/v1/chat/completions \\
    -H 'authorization: Bearer ${key}' -H 'content-type: application/json' \\
    -d '${body}'

  Models of your own: npm start -- --config tollgate.yaml

`;
}
