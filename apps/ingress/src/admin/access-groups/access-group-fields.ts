import { ANSWERED_BY_ALL, type EntrySpec } from '../entries/entry-spec.js';
import { answered, column, kept, name, names, own, refused, text } from '../fields/field-use.js';

const SERVERS = refused([], 'access groups are of models');

/** A set of models that keys and teams can name among their models. */
export const ACCESS_GROUP: EntrySpec = {
  kind: 'access_group',
  of: 'access groups',
  idField: 'access_group',
  linksBudget: false,
  fields: {
    model_names: column('models', names, []),
    description: kept(text),
    model_ids: refused([], 'use model_names'),
    access_group: own(name),
    ...answered(...ANSWERED_BY_ALL),
  },
};

/** The same by LiteLLM's newer routes. */
export const UNIFIED_ACCESS_GROUP: EntrySpec = {
  ...ACCESS_GROUP,
  idField: 'access_group_id',
  fields: {
    access_group_name: column('alias', name),
    access_model_names: column('models', names, []),
    description: kept(text),
    access_mcp_server_ids: SERVERS,
    access_agent_ids: SERVERS,
    assigned_team_ids: refused([], 'name the group among the models of a team'),
    assigned_key_ids: refused([], 'name the group among the models of a key'),
    access_group_id: own(name),
    ...answered(...ANSWERED_BY_ALL),
  },
};
