import type { SettingRow } from './setting-row.js';

const AWS = 'AWS (Bedrock, SageMaker)';
const VERTEX = 'Vertex AI';
const REGION = 'the region, where `region_name` is not given';
const ENTRA = 'Azure, instead of a key';

/** Parameters that only some providers read. */
export const PROVIDER_ROWS = {
  aws_access_key_id: ['`AWS_ACCESS_KEY_ID`', `${AWS}: id of the access key`],
  aws_secret_access_key: ['`AWS_SECRET_ACCESS_KEY`', `${AWS}: the access key`],
  aws_session_token: ['`AWS_SESSION_TOKEN`', `${AWS}: token of temporary credentials`],
  aws_profile_name: ['`AWS_PROFILE`', `${AWS}: profile of the shared credentials file`],
  aws_role_name: ['none', `${AWS}: ARN of the role to assume`],
  aws_session_name: ['`tollgate`', `${AWS}: name of the assumed role's session`],
  aws_external_id: ['none', `${AWS}: external id for the role`],
  aws_web_identity_token: [
    'none',
    `${AWS}: web identity token to assume the role with, or the path of its file`,
  ],
  aws_sts_endpoint: ["the region's", `${AWS}: URL of the token service`],
  aws_bedrock_runtime_endpoint: ["the region's", `${AWS}: URL of the runtime`],
  vertex_project: ["the credentials'", `${VERTEX}: the project`],
  vertex_ai_project: ["the credentials'", 'as `vertex_project`'],
  vertex_credentials: [
    'the machine’s own',
    `${VERTEX}: a service account or workload identity: its JSON, or the path of its file`,
  ],
  vertex_ai_credentials: ['the machine’s own', 'as `vertex_credentials`'],
  azure_ad_token: ['`AZURE_AD_TOKEN`', `${ENTRA}: an Entra ID token`],
  tenant_id: ['`AZURE_TENANT_ID`', `${ENTRA}: the tenant of the application`],
  client_id: ['`AZURE_CLIENT_ID`', `${ENTRA}: the application`],
  client_secret: ['`AZURE_CLIENT_SECRET`', `${ENTRA}: its secret`],
  azure_scope: ['`https://cognitiveservices.azure.com/.default`', `${ENTRA}: scope of the token`],
  project_id: ['`WATSONX_PROJECT_ID`', 'watsonx: the project'],
  space_id: ['`WATSONX_DEPLOYMENT_SPACE_ID`', 'watsonx: the deployment space'],
  aws_region_name: ['none', REGION],
  vertex_location: ['none', REGION],
  vertex_ai_location: ['none', REGION],
  watsonx_region_name: ['none', REGION],
} as const satisfies Record<string, SettingRow>;
