import { readFile } from 'node:fs/promises';
import type { Authorizer } from '../kit/authorizer.js';
import { BearerTokens } from '../kit/bearer-tokens.js';
import { tokensOf } from '../kit/token-endpoint.js';
import type { SettingVariables, Settings } from '../provider.js';

const PUBLIC_CLOUD = 'https://login.microsoftonline.com';
const SCOPE = 'https://cognitiveservices.azure.com/.default';
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** As Azure's own libraries name them; the file is the one that workload identity mounts into a pod. */
export const ENTRA_VARIABLES: NonNullable<SettingVariables['more']> = {
  azure_ad_token: ['AZURE_AD_TOKEN'],
  tenant_id: ['AZURE_TENANT_ID'],
  client_id: ['AZURE_CLIENT_ID'],
  client_secret: ['AZURE_CLIENT_SECRET'],
  azure_scope: ['AZURE_SCOPE'],
  azure_authority_host: ['AZURE_AUTHORITY_HOST'],
  azure_federated_token_file: ['AZURE_FEDERATED_TOKEN_FILE'],
};

/**
 * Tokens of Entra ID, where there is no key: one that is given, or those of an application, by its secret or by the token that the
 * cluster vouches for it with. null: nothing of this is given.
 * https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
 */
export const entraTokens =
  (label: string) =>
  ({ apiKey, more }: Settings): Authorizer | null => {
    if (apiKey !== null) return null;
    const { azure_ad_token: given, client_secret: secret, azure_federated_token_file: file } = more;
    if (given !== undefined) return new BearerTokens(label, [given], () => Promise.resolve(given));
    if (secret !== undefined)
      return ofApplication(label, more, () => Promise.resolve({ client_secret: secret }));
    if (file !== undefined) return ofApplication(label, more, () => assertionOf(file));
    return null;
  };

/** How an application proves who it is. */
type Proof = Readonly<Record<string, string>>;

function ofApplication(
  label: string,
  more: Settings['more'],
  prove: () => Promise<Proof>,
): Authorizer | null {
  const { tenant_id: tenant, client_id: client, client_secret: secret } = more;
  if (tenant === undefined || client === undefined) return null;
  const host = (more['azure_authority_host'] ?? PUBLIC_CLOUD).replace(/\/+$/, '');
  return tokensOf({
    label,
    url: `${host}/${encodeURIComponent(tenant)}/oauth2/v2.0/token`,
    form: async () => ({
      ...{ grant_type: 'client_credentials', client_id: client, scope: more['azure_scope'] ?? SCOPE },
      ...(await prove()),
    }),
    secrets: secret === undefined ? [] : [secret],
  });
}

/** The cluster writes a new one now and then. */
async function assertionOf(file: string): Promise<Proof> {
  const token = await readFile(file, 'utf8');
  return { client_assertion_type: ASSERTION_TYPE, client_assertion: token.trim() };
}
