import type { McpServer } from '@tollgate/config';
import type { ObjectPermission } from '@tollgate/contracts';
import { mcpServer } from './_mcp-stage.js';
import { permittedServers } from './permitted-servers.js';

const servers: McpServer[] = [
  mcpServer('search'),
  mcpServer('files', { accessGroups: ['office'] }),
  mcpServer('open', { allowAllKeys: true, disallowedTools: new Set(['erase']) }),
];

const permitted = (key: ObjectPermission | null, team: ObjectPermission | null = null, isAdmin = false) => {
  const found = permittedServers(servers, { isAdmin, key, team });
  return [...found.keys()].join(' ');
};

it.each<[what: string, key: ObjectPermission | null, team: ObjectPermission | null, names: string]>([
  ['nothing is said', null, null, 'open'],
  ['an empty permission is none', { mcp_servers: [] }, null, 'open'],
  ['the key names a server', { mcp_servers: ['search'] }, null, 'search open'],
  ['the key names a group', { mcp_access_groups: ['office'] }, null, 'files open'],
  ['the key names tools of a server', { mcp_tool_permissions: { files: ['read'] } }, null, 'files open'],
  ['a key without its own has its team’s', {}, { mcp_servers: ['files'] }, 'files open'],
  [
    'a key has no more than its team',
    { mcp_servers: ['search', 'files'] },
    { mcp_servers: ['files'] },
    'files open',
  ],
  ['nobody has what there is not', { mcp_servers: ['gone'] }, null, 'open'],
])('where %s', (_what, key, team, names) => {
  expect(permitted(key, team)).toBe(names);
});

it('admins have all of them', () => {
  expect(permitted(null, null, true)).toBe('search files open');
});

it('tools are those that key, team and config allow', () => {
  const key = { mcp_tool_permissions: { open: ['read', 'open-write', 'erase'] } };
  const team = { mcp_tool_permissions: { open: ['write', 'read', 'erase', 'more'] } };
  const { allows } = permittedServers(servers, { isAdmin: false, key, team }).get('open')!;
  expect(['read', 'write', 'erase', 'more'].filter(allows)).toEqual(['read', 'write']);
});
