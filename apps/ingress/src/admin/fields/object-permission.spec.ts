import { errorOf } from '../../_harness.js';
import { startAdmin, type AdminStage } from '../_admin-stage.js';

type Fields = Record<string, unknown>;

let ingress: AdminStage;
let ada: Record<string, string>;
beforeEach(async () => {
  ingress = await startAdmin();
  ada = ingress.billing.addUser('ada', { user_role: 'internal_user' });
});
afterEach(() => ingress.close());

const post = async (path: string, body: object, as?: Record<string, string>): Promise<Fields> =>
  (await (await ingress.post(path, body, as)).json()) as Fields;

const object_permission = { mcp_servers: ['search'], mcp_tool_permissions: { files: ['read'] } };

it.each(['/key/generate', '/team/new'])('%s takes it and gives it back', async (path) => {
  expect(await post(path, { object_permission })).toMatchObject({ object_permission });
});

it('is changed, and taken away', async () => {
  const key = String((await post('/key/generate', { object_permission }))['key']);
  const less = { mcp_servers: ['files'], vector_stores: [] };
  expect(await post('/key/update', { key, object_permission: less })).toMatchObject({
    object_permission: less,
  });
  expect(await post('/key/update', { key, key_alias: 'a' })).toMatchObject({ object_permission: less });
  expect(await post('/key/update', { key, object_permission: null })).toMatchObject({
    object_permission: null,
  });
});

it.each([
  [{ vector_stores: ['a'] }, 'object_permission.vector_stores'],
  [{ object_permission_id: 'a' }, 'object_permission.object_permission_id'],
  [{ mcp_servers: 'search' }, 'object_permission.mcp_servers'],
  [{ mcp_tool_permissions: { files: 'read' } }, 'object_permission.mcp_tool_permissions.files'],
])('with %j is refused by name', async (wanted, param) => {
  const response = await ingress.post('/key/generate', { object_permission: wanted });
  expect(await errorOf(response)).toMatchObject({ status: 400, param });
});

it('is for proxy admins alone to give', async () => {
  const refused = { status: 403, param: 'object_permission' };
  const asAda = async (path: string, body: object) => errorOf(await ingress.post(path, body, ada));
  expect(await asAda('/key/generate', { object_permission })).toMatchObject(refused);
  const key = String((await post('/key/generate', { object_permission: {} }, ada))['key']);
  expect(await asAda('/key/update', { key, object_permission })).toMatchObject(refused);
  expect(await asAda('/key/regenerate', { key, object_permission })).toMatchObject(refused);
  ingress.billing.add('team', 'red');
  ingress.billing.join('team', 'red', 'ada', 'admin');
  expect(await asAda('/team/update', { team_id: 'red', object_permission })).toMatchObject(refused);
});
