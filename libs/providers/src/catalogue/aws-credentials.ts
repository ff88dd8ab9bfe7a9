import { readFile } from 'node:fs/promises';
import type { Settings } from '../provider.js';

/** Keys of AWS, for as long as they hold. */
export interface AwsKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

export type AwsKeySource = () => Promise<AwsKeys>;

const DEFAULT_SESSION = 'tollgate';

/** Environment variables of AWS's own tools. */
export const AWS_VARIABLES: Readonly<Record<string, readonly string[]>> = {
  aws_region_name: ['AWS_REGION_NAME', 'AWS_REGION', 'AWS_DEFAULT_REGION'],
  aws_access_key_id: ['AWS_ACCESS_KEY_ID'],
  aws_secret_access_key: ['AWS_SECRET_ACCESS_KEY'],
  aws_session_token: ['AWS_SESSION_TOKEN'],
  aws_profile_name: ['AWS_PROFILE'],
  aws_role_name: [],
  aws_session_name: [],
  aws_external_id: [],
  aws_web_identity_token: [],
  aws_sts_endpoint: [],
  aws_bedrock_runtime_endpoint: [],
};

export const awsRegion = ({ more }: Pick<Settings, 'more'>): string => more['aws_region_name'] ?? 'us-west-2';

/** Where a deployment's keys come from: a role that is assumed, its own keys, a profile, or what AWS's tools find on this machine. */
export function awsKeysOf(settings: Settings): AwsKeySource {
  const { more } = settings;
  const role = more['aws_role_name'];
  const own = staticKeys(more);
  if (role !== undefined) return assumedRole(settings, role, own);
  if (own !== null) return () => Promise.resolve(own);
  const profile = more['aws_profile_name'];
  return async () => {
    // Loaded where it is needed: it is large.
    const { fromIni, fromNodeProviderChain } = await import('@aws-sdk/credential-providers');
    return profile === undefined ? fromNodeProviderChain()() : fromIni({ profile })();
  };
}

function staticKeys(more: Settings['more']): AwsKeys | null {
  const { aws_access_key_id: accessKeyId, aws_secret_access_key: secretAccessKey } = more;
  const sessionToken = more['aws_session_token'];
  if (accessKeyId === undefined || secretAccessKey === undefined) return null;
  return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
}

function assumedRole(settings: Settings, roleArn: string, own: AwsKeys | null): AwsKeySource {
  const { more } = settings;
  const endpoint = more['aws_sts_endpoint'];
  const clientConfig = { region: awsRegion(settings), ...(endpoint !== undefined && { endpoint }) };
  const session = more['aws_session_name'] ?? DEFAULT_SESSION;
  const identity = more['aws_web_identity_token'];
  const externalId = more['aws_external_id'];
  return async () => {
    const { fromTemporaryCredentials, fromWebToken } = await import('@aws-sdk/credential-providers');
    if (identity !== undefined) {
      const webIdentityToken = await tokenOf(identity);
      return fromWebToken({ roleArn, webIdentityToken, roleSessionName: session, clientConfig })();
    }
    return fromTemporaryCredentials({
      params: {
        ...{ RoleArn: roleArn, RoleSessionName: session },
        ...(externalId !== undefined && { ExternalId: externalId }),
      },
      ...(own !== null && { masterCredentials: own }),
      clientConfig,
    })();
  };
}

/** A token, or the path of a file with it, which is read each time: whoever writes it writes another before it ends. */
const tokenOf = async (identity: string): Promise<string> =>
  /^[./]/.test(identity) ? (await readFile(identity, 'utf8')).trim() : identity;
