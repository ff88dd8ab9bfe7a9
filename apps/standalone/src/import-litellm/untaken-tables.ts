import type { ImportContext } from './context.js';

/** Tables that hold what somebody made and this import does not take, and what to do about it. */
const UNTAKEN: Readonly<Record<string, string>> = {
  LiteLLM_CredentialsTable: 'named credentials: put them into credential_list of the config file',
  LiteLLM_Config: 'settings of the dashboard: put them into the config file',
  LiteLLM_DeprecatedVerificationToken: 'former keys in their grace: they end with the move',
  LiteLLM_AccessGroupTable: 'access groups: make them with /v1/access_group',
  LiteLLM_ObjectPermissionTable: 'permissions of MCP servers, vector stores and agents',
  LiteLLM_GuardrailsTable: 'guardrails',
  LiteLLM_PolicyTable: 'policies',
  LiteLLM_PromptTable: 'prompts',
  LiteLLM_MCPServerTable: 'MCP servers',
  LiteLLM_AgentsTable: 'agents',
  LiteLLM_JWTKeyMapping: 'keys of JWT claims',
  LiteLLM_InvitationLink: 'invitations',
  LiteLLM_SSOConfig: 'settings of single sign-on',
  LiteLLM_ManagedVectorStoresTable: 'vector stores',
  LiteLLM_ManagedFileTable: 'files',
};

/** Names what there is in LiteLLM's database beside what an import takes. */
export async function reportUntaken({ source, report }: ImportContext): Promise<void> {
  for (const table of source.tables()) {
    const what = UNTAKEN[table];
    const count = what === undefined ? 0 : await source.count(table);
    if (what !== undefined && count > 0) report.untaken(table, count, what);
  }
}
