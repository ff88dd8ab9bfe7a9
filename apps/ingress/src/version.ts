import { readFileSync } from 'node:fs';

interface Package {
  readonly version: string;
}

const ownPackage = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as Package;

/** Goes out as `x-litellm-version`, so that a client that logs it can tell the gateways apart. */
export const VERSION = `tollgate-${ownPackage.version}`;
