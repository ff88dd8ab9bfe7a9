import type { Deployment, Setting } from '../gateway-config.js';
import { toPlain, type Located } from '../located.js';
import { openSection } from '../named-sections.js';
import type { GroupBook } from '../routing/group-book.js';
import { readGroupSettings } from '../routing/group-settings.js';
import type { ReadContext, Section } from '../section.js';
import { toSetting } from '../setting.js';
import type { KeyOf } from '../settings.js';
import { deploymentId, uniqueIds } from './deployment-id.js';
import { readDeployment, type DeploymentContext, type Params } from './read-deployment.js';

interface ListContext extends DeploymentContext {
  /** Takes what an entry says of its name. */
  readonly book: GroupBook;
}

/** `model_list`. */
export function readDeployments(root: Section<KeyOf<''>>, shared: ListContext): Deployment[] {
  const unique = uniqueIds();
  const deployments = (root.list('model_list') ?? []).flatMap((node, index) =>
    readEntry(node, { path: `model_list[${index}]`, context: root.context }, shared),
  );
  return deployments.map((deployment) => ({ ...deployment, id: unique(deployment.id) }));
}

/** One entry of `model_list`: one deployment, or one for each of its organizations. */
function readEntry(
  node: Located,
  at: { readonly path: string; readonly context: ReadContext },
  shared: ListContext,
): Deployment[] {
  const entry = openSection<'model_list[]'>(node, at);
  if (entry === null) return [];
  const group = entry.text('model_name');
  const paramsNode = entry.map('litellm_params');
  const infoNode = entry.map('model_info');
  const capacity = { rpm: entry.number('rpm'), tpm: entry.number('tpm') };
  readGroupSettings(group ?? '', entry, shared.book);
  entry.finish(new Set());
  if (!entry.has('model_name')) entry.problem('model_name', 'is missing');
  if (paramsNode === null && !entry.has('litellm_params')) entry.problem('litellm_params', 'is missing');
  if (group === null || paramsNode === null) return [];
  return readMembers(group, { params: paramsNode, info: infoNode }, { ...shared, ...at }).map(
    (deployment) => ({
      ...deployment,
      rpm: deployment.rpm ?? capacity.rpm,
      tpm: deployment.tpm ?? capacity.tpm,
    }),
  );
}

interface Nodes {
  readonly params: Located;
  readonly info: Located | null;
}

interface MemberContext extends DeploymentContext {
  /** Of the entry; empty when there is none around the two. */
  readonly path: string;
  readonly context: ReadContext;
}

/** The deployments that `litellm_params` and `model_info` describe. */
export function readMembers(
  group: string,
  nodes: Nodes,
  { path, context, ...shared }: MemberContext,
): Deployment[] {
  const at = (name: string) => ({ path: path === '' ? name : `${path}.${name}`, context });
  const none: Located = { kind: 'map', place: nodes.params.place, entries: new Map() };
  const params = openSection<'model_list[].litellm_params'>(nodes.params, at('litellm_params'));
  const info = openSection<'model_list[].model_info'>(nodes.info ?? none, at('model_info'));
  if (params === null || info === null) return [];
  const written = toPlain(params.node, (text) => text);
  const organizations = readOrganizations(params);
  const base = readDeployment(params, info, shared);
  if (base === null) return [];
  return organizations.map((organization) => ({
    ...base,
    group,
    id: base.id === '' ? deploymentId(group, { written, organization }) : base.id,
    organization: organization ?? base.organization,
  }));
}

/** A list of organizations, or one entry: the only one, or null. */
function readOrganizations(params: Params): (Setting | null)[] {
  const node = params.node.entries.get('organization')?.value;
  if (node?.kind !== 'list') return [params.setting('organization')];
  const items = params.list('organization') ?? [];
  return items.flatMap((item) => {
    if (item.kind === 'scalar' && item.value !== null) return [toSetting(String(item.value))];
    params.problem('organization', 'expected a string or a list of strings');
    return [];
  });
}
