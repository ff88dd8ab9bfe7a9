import type { Setting } from '../gateway-config.js';
import { innerSection, sectionsByName } from '../named-sections.js';
import { readDollars } from '../routing/spend-limits.js';
import { Section } from '../section.js';
import { resolveSetting } from '../setting.js';
import type { KeyOf } from '../settings.js';
import { ACCEPTED_MCP_SERVER } from '../accepted-keys.js';
import { MCP_AUTH_TYPES, type McpServer } from './mcp-servers.js';

type Server = Section<KeyOf<'mcp_servers.*'>>;

/** What may be in the names of tools, but for the `-` between server and tool. */
const NAME = /^[A-Za-z0-9_.]{1,64}$/;
const DEFAULT_TIMEOUT_MS = 60_000;

/** `mcp_servers` by name. */
export function readMcpServers(root: Section<KeyOf<''>>): Map<string, McpServer> {
  const servers = sectionsByName<'mcp_servers.*'>(root, 'mcp_servers').flatMap(({ name, place, section }) => {
    if (!NAME.test(name)) {
      const text =
        'must be a name of letters, digits, _ and . alone: names of tools begin with it, up to a -';
      root.context.report.problem(section.path, place, text);
    }
    const server = readServer(name, section);
    return server === null ? [] : [[name, server] as const];
  });
  return new Map(servers);
}

function readServer(name: string, section: Server): McpServer | null {
  if (section.has('transport') && section.text('transport') === 'stdio') {
    const why =
      'stdio is not served: a gateway starts no programs. Run it behind an HTTP server and give its url';
    section.problem('transport', why);
    return null;
  }
  const url = readUrl(section);
  const transport = section.choice('transport', ['http', 'sse'] as const) ?? 'http';
  const description = section.text('description');
  const info = innerSection<'mcp_servers.*.mcp_info'>(section, 'mcp_info');
  const allowed = toolsOf(name, section, 'allowed_tools');
  const server = {
    name,
    transport,
    ...readAuth(section),
    staticHeaders: readStaticHeaders(section),
    extraHeaders: section.texts('extra_headers').map((header) => header.toLowerCase()),
    allowedTools: section.has('allowed_tools') && allowed.size > 0 ? allowed : null,
    disallowedTools: toolsOf(name, section, 'disallowed_tools'),
    accessGroups: section.texts('access_groups'),
    allowAllKeys: section.boolean('allow_all_keys') ?? false,
    timeoutMs: section.seconds('timeout') ?? DEFAULT_TIMEOUT_MS,
    ...readCosts(info),
    info: { server_name: name, ...(description !== null && { description }), ...readInfo(info) },
  };
  info?.finish(new Set());
  section.finish(ACCEPTED_MCP_SERVER);
  return url === null ? null : { ...server, url };
}

/** What a URL holds is not told: it may be a password. */
function readUrl(section: Server): Setting | null {
  const setting = section.setting('url');
  if (setting === null) {
    if (!section.has('url')) section.problem('url', 'is missing');
    return null;
  }
  const url = resolveSetting(setting, section.context.variables);
  // NOTE a reference may be to a variable of the workers alone: they check it when they call.
  if (url !== null && !(URL.canParse(url) && /^https?:/i.test(url)))
    section.problem('url', 'must be a URL that begins with http:// or https://');
  return setting;
}

function readAuth(section: Server): Pick<McpServer, 'authType' | 'authValue'> {
  const authType = section.choice('auth_type', MCP_AUTH_TYPES) ?? 'none';
  const other = section.setting('authentication_token');
  return { authType, authValue: section.setting('auth_value') ?? other };
}

function readStaticHeaders(section: Server): Record<string, Setting> {
  const node = section.map('static_headers');
  if (node === null) return {};
  const headers = new Section<string>(node, section.pathOf('static_headers'), section.context);
  return Object.fromEntries(
    [...node.entries.keys()].flatMap((name) => {
      const value = headers.setting(name);
      return value === null ? [] : [[name.toLowerCase(), value] as const];
    }),
  );
}

const toolsOf = (name: string, section: Server, key: 'allowed_tools' | 'disallowed_tools'): Set<string> =>
  new Set(section.texts(key).map((tool) => withoutPrefix(name, tool)));

const withoutPrefix = (name: string, tool: string): string =>
  tool.startsWith(`${name}-`) ? tool.slice(name.length + 1) : tool;

type Info = Section<KeyOf<'mcp_servers.*.mcp_info'>>;

function readCosts(info: Info | null): Pick<McpServer, 'costNanos' | 'toolCostNanos'> {
  const costs =
    info && innerSection<'mcp_servers.*.mcp_info.mcp_server_cost_info'>(info, 'mcp_server_cost_info');
  if (costs === null) return { costNanos: 0, toolCostNanos: new Map() };
  const costNanos = readDollars(costs, 'default_cost_per_query') ?? 0;
  const node = costs.map('tool_name_to_cost_per_query');
  costs.finish(new Set());
  if (node === null) return { costNanos, toolCostNanos: new Map() };
  const tools = new Section<string>(node, costs.pathOf('tool_name_to_cost_per_query'), costs.context);
  const priced = [...node.entries.keys()].map((tool) => [tool, readDollars(tools, tool) ?? 0] as const);
  return { costNanos, toolCostNanos: new Map(priced) };
}

const SHOWN = ['server_name', 'description', 'logo_url'] as const;

function readInfo(info: Info | null): Record<string, string> {
  const shown = SHOWN.map((key) => [key, info?.text(key) ?? null] as const);
  return Object.fromEntries(
    shown.filter((entry): entry is [(typeof SHOWN)[number], string] => entry[1] !== null),
  );
}
