import { createHash, createCipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { startPostgres, type TestServer } from '@tollgate/testing';
import pg from 'pg';
import nacl from 'tweetnacl';

/** LiteLLM's tables as far as they matter here, in the shape of one of its versions. */
const TABLES = [
  `"LiteLLM_BudgetTable" (budget_id text primary key, max_budget float8, soft_budget float8,
     max_parallel_requests int, tpm_limit bigint, rpm_limit bigint, model_max_budget jsonb, budget_duration text,
     budget_reset_at timestamp(3), allowed_models text[], created_at timestamp(3) default now(), created_by text)`,
  `"LiteLLM_OrganizationTable" (organization_id text primary key, organization_alias text, budget_id text,
     metadata jsonb default '{}', models text[] default '{}', spend float8 default 0)`,
  `"LiteLLM_ModelTable" (id int primary key, aliases jsonb)`,
  `"LiteLLM_UserTable" (user_id text primary key, user_alias text, user_email text, user_role text, teams text[],
     max_budget float8, spend float8 default 0, models text[] default '{}', metadata jsonb default '{}',
     budget_duration text, budget_reset_at timestamp(3), tpm_limit bigint, rpm_limit bigint)`,
  `"LiteLLM_TeamTable" (team_id text primary key, team_alias text, organization_id text, admins text[] default '{}',
     members text[] default '{}', members_with_roles jsonb default '{}', metadata jsonb default '{}', model_id int,
     max_budget float8, soft_budget float8, spend float8 default 0, models text[] default '{}', tpm_limit bigint,
     rpm_limit bigint, budget_duration text, budget_reset_at timestamp(3), blocked boolean default false)`,
  `"LiteLLM_TeamMembership" (user_id text, team_id text, spend float8 default 0, budget_id text)`,
  `"LiteLLM_OrganizationMembership" (user_id text, organization_id text, user_role text, budget_id text)`,
  `"LiteLLM_EndUserTable" (user_id text primary key, alias text, spend float8 default 0, budget_id text,
     allowed_model_region text, default_model text, blocked boolean default false)`,
  `"LiteLLM_TagTable" (tag_name text primary key, description text, models text[] default '{}', spend float8 default 0,
     budget_id text)`,
  `"LiteLLM_VerificationToken" (token text primary key, key_name text, key_alias text, spend float8 default 0,
     expires timestamp(3), models text[] default '{}', aliases jsonb default '{}', config jsonb default '{}',
     user_id text, team_id text, permissions jsonb default '{}', max_parallel_requests int, metadata jsonb default '{}',
     blocked boolean, tpm_limit bigint, rpm_limit bigint, max_budget float8, budget_duration text,
     budget_reset_at timestamp(3), allowed_routes text[] default '{}', model_max_budget jsonb default '{}',
     budget_id text, organization_id text, object_permission_id text, budget_limits jsonb)`,
  `"LiteLLM_ProxyModelTable" (model_id text primary key, model_name text, litellm_params jsonb, model_info jsonb)`,
  `"LiteLLM_GuardrailsTable" (guardrail_id text primary key)`,
  `"LiteLLM_SpendLogs" (request_id text primary key, call_type text, api_key text default '', spend float8 default 0,
     total_tokens int default 0, prompt_tokens int default 0, completion_tokens int default 0, "startTime" timestamp(3),
     "endTime" timestamp(3), "completionStartTime" timestamp(3), model text default '', model_id text, model_group text,
     custom_llm_provider text, api_base text, "user" text, metadata jsonb default '{}', cache_hit text,
     request_tags jsonb default '[]', team_id text, organization_id text, end_user text, messages jsonb, response jsonb,
     status text)`,
];

/** A PostgreSQL server with a database in LiteLLM's shape, and one beside it for Tollgate. */
export class LiteLlmDatabase {
  private constructor(
    private readonly server: TestServer,
    private readonly client: pg.Client,
  ) {}

  static async start(): Promise<LiteLlmDatabase> {
    const server = await startPostgres();
    const admin = new pg.Client({ connectionString: server.url });
    await admin.connect();
    await admin.query('create database litellm');
    await admin.query('create database tollgate');
    await admin.end();
    const client = new pg.Client({ connectionString: urlOf(server, 'litellm') });
    await client.connect();
    for (const table of TABLES) await client.query(`create table ${table}`);
    return new LiteLlmDatabase(server, client);
  }

  get url(): string {
    return `${urlOf(this.server, 'litellm')}?schema=public&connection_limit=5`;
  }

  get targetUrl(): string {
    return urlOf(this.server, 'tollgate');
  }

  /** Adds rows by their columns; objects and lists of objects are JSON. */
  async insert(table: string, ...rows: Record<string, unknown>[]): Promise<void> {
    for (const row of rows)
      await this.client.query(
        `insert into "${table}" select * from jsonb_populate_record(null::"${table}", $1)`,
        [JSON.stringify(row)],
      );
  }

  async run(sql: string, values: unknown[] = []): Promise<void> {
    await this.client.query(sql, values);
  }

  async stop(): Promise<void> {
    await this.client.end();
    await this.server.stop();
  }
}

function urlOf(server: TestServer, database: string): string {
  const url = new URL(server.url);
  url.pathname = `/${database}`;
  return url.href;
}

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** As LiteLLM's earlier versions encrypt: NaCl's secret box. */
export function boxed(text: string, saltKey: string): string {
  const nonce = new Uint8Array(randomBytes(nacl.secretbox.nonceLength));
  const key = new Uint8Array(createHash('sha256').update(saltKey).digest());
  const box = nacl.secretbox(new Uint8Array(Buffer.from(text)), nonce, key);
  return Buffer.concat([nonce, box]).toString('base64').replaceAll('+', '-').replaceAll('/', '_');
}

/** As its later versions do: AES-256-GCM under a key derived from the salt key. */
export function gcm(text: string, saltKey: string): string {
  const nonce = randomBytes(12);
  const key = Buffer.from(hkdfSync('sha256', saltKey, '', 'litellm-at-rest-v3', 32));
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  const sealed = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return `v3:gcm:${sealed.toString('base64').replaceAll('+', '-').replaceAll('/', '_')}`;
}
