import { ConfigError, credentialFields, readStoredDeployment, sealParams } from '@tollgate/config';
import { GatewayError, type NewModel } from '@tollgate/contracts';
import { ACTOR, nameOfRow, type ImportContext } from './context.js';
import { decryptedParams } from './salt.js';
import type { Row } from './source.js';
import { objectOf, textOf } from './values.js';

const MODELS = 'LiteLLM_ProxyModelTable';
/** LiteLLM's own words about a model, which we have for ourselves. */
const ECHOES = ['id', 'db_model', 'created_at', 'created_by', 'updated_at', 'updated_by'];

/** Takes models that were added through LiteLLM's API, their credentials sealed with our own salt key. */
export async function takeModels(context: ImportContext): Promise<void> {
  const { source, progress, report } = context;
  progress.start('models', await source.count(MODELS));
  const known = await knownModels(context);
  for await (const rows of source.pages(MODELS)) {
    for (const row of rows) {
      const id = textOf(row['model_id']) ?? '';
      if (known.has(id)) report.there('models');
      else await takeModel(context, row, id);
    }
    progress.add(rows.length);
  }
}

async function knownModels({ importer }: ImportContext): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  for (let after: string | null | undefined = null; after !== undefined;) {
    const page = await importer.models.list(after);
    for (const { id } of page.models) ids.add(id);
    after = page.next ?? undefined;
  }
  return ids;
}

async function takeModel(context: ImportContext, row: Row, id: string): Promise<void> {
  const { importer, report, dryRun, now } = context;
  const name = `${nameOfRow(row, 'model_name')} (${id})`;
  const model = readModel(context, row, id);
  if (typeof model === 'string') {
    report.refused('models', name, model);
    return;
  }
  try {
    if (!dryRun) await importer.models.create(model, now);
    report.taken('models');
  } catch (cause) {
    if (!(cause instanceof GatewayError)) throw cause;
    report.refused('models', name, cause.message);
  }
}

/** The model, or why it cannot be taken. */
function readModel({ saltKey, vault, variables }: ImportContext, row: Row, id: string): NewModel | string {
  if (row['blocked'] === true) return 'it is blocked, which a model cannot be here';
  const opened = decryptedParams(row['litellm_params'], saltKey);
  if ('missing' in opened)
    return opened.missing === 'salt key'
      ? 'its litellm_params are encrypted: give --salt-key'
      : 'its litellm_params are encrypted with another salt key';
  const params = withoutNulls(opened.params);
  const own = Object.entries(objectOf(row['model_info'])).filter(([field]) => !ECHOES.includes(field));
  const info = withoutNulls(Object.fromEntries(own));
  const modelName = textOf(row['model_name']) ?? '';
  try {
    const stored = { name: modelName, params, info: { ...info, id } };
    readStoredDeployment(stored, variables, { needsKnownProvider: true });
  } catch (cause) {
    if (!(cause instanceof ConfigError)) throw cause;
    return cause.problems.map((problem) => problem.replace(`model ${modelName}:1: `, '')).join('; ');
  }
  if (credentialFields(params).length === 0) return { id, name: modelName, params, info, actor: ACTOR };
  if (vault === null)
    return 'it has credentials, and there is no salt key to seal them with: set TOLLGATE_SALT_KEY';
  return { id, name: modelName, params: sealParams(params, id, vault), info, actor: ACTOR };
}

const withoutNulls = (fields: Row): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
