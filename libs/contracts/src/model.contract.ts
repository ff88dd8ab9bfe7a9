import { z } from 'zod';
import { defineEvent, defineRequest } from './contract.js';
import { actor } from './directory.contract.js';

/** A deployment that was added through the API, as billing keeps it. Credentials in `params` are sealed (see `libs/config`). */
const storedModel = z.object({
  /** `model_info.id`: the deployment's id. */
  id: z.string(),
  /** `model_name`. */
  name: z.string(),
  /** `litellm_params`. */
  params: z.record(z.string(), z.unknown()),
  /** `model_info`, without the id. */
  info: z.record(z.string(), z.unknown()),
  createdBy: z.string(),
  updatedBy: z.string(),
  createdAt: z.number(),
  updatedAt: z.number(),
});
export type StoredModel = z.infer<typeof storedModel>;

/** Everything of a model but what billing fills in. */
const newModel = storedModel
  .omit({ createdBy: true, updatedBy: true, createdAt: true, updatedAt: true })
  .extend({ actor });
export type NewModel = z.infer<typeof newModel>;

/** Adds a model, its credentials sealed. Fails with `invalid_request` (param `model_info.id`) when the id exists. */
export const createModel = defineRequest('tollgate.model.create', {
  service: 'billing',
  input: newModel,
  reply: storedModel,
});

/** What changes in a model: fields of `params` and `info` replace those of their name, and null removes one. */
const modelPatch = storedModel
  .pick({ name: true, params: true, info: true })
  .partial()
  .extend({ id: z.string(), actor });
export type ModelPatch = z.infer<typeof modelPatch>;

/** Changes a model; null when there is no such model. */
export const updateModel = defineRequest('tollgate.model.update', {
  service: 'billing',
  input: modelPatch,
  reply: storedModel.nullable(),
});

export const deleteModel = defineRequest('tollgate.model.delete', {
  service: 'billing',
  input: z.object({ id: z.string(), actor }),
  reply: z.object({ deleted: z.boolean() }),
});

/**
 * The stored models by id, a page that fits in a message at a time: those after the given id; `next` is the id to go on
 * from, null at the end. `version` grows with each change; pages of different versions do not belong together.
 */
export const listModels = defineRequest('tollgate.model.list', {
  service: 'billing',
  input: z.object({ after: z.string().nullable() }),
  reply: z.object({
    models: z.array(storedModel),
    version: z.number().int(),
    next: z.string().nullable(),
  }),
});

/** billing → every process: the stored models are not what they were. */
export const modelsChanged = defineEvent('tollgate.model.changed', {
  service: 'every',
  input: z.object({ version: z.number().int() }),
});
