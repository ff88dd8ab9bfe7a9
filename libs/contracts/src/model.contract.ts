import { z } from 'zod';
import { defineEvent, defineRequest } from './contract.js';

/** A deployment that was added through the API, as billing keeps it. Credentials in `params` are sealed (see `libs/config`). */
export const storedModel = z.object({
  /** `model_info.id`: the deployment's id. */
  id: z.string(),
  name: z.string(),
  params: z.record(z.string(), z.unknown()),
  info: z.record(z.string(), z.unknown()),
  createdBy: z.string(),
  updatedBy: z.string(),
  createdAt: z.number(),
  updatedAt: z.number(),
});
export type StoredModel = z.infer<typeof storedModel>;

/** Adds a model, its credentials sealed. Fails with `invalid_request` (param `model_info.id`) when the id exists. */
export const createModel = defineRequest('tollgate.model.create', {
  service: 'billing',
  input: storedModel.omit({ createdAt: true, updatedAt: true }),
  reply: storedModel,
});

/** Replaces what is given; null when there is no such model. */
export const updateModel = defineRequest('tollgate.model.update', {
  service: 'billing',
  input: storedModel
    .pick({ name: true, params: true, info: true })
    .partial()
    .extend({ id: z.string(), updatedBy: z.string() }),
  reply: storedModel.nullable(),
});

export const deleteModel = defineRequest('tollgate.model.delete', {
  service: 'billing',
  input: z.object({ id: z.string() }),
  reply: z.object({ deleted: z.boolean() }),
});

/** Every stored model and a number that grows with each change. */
export const listModels = defineRequest('tollgate.model.list', {
  service: 'billing',
  input: z.object({}),
  reply: z.object({ models: z.array(storedModel), version: z.number().int() }),
});

/** billing → every process: the stored models are not what they were. */
export const modelsChanged = defineEvent('tollgate.model.changed', {
  service: 'every',
  input: z.object({ version: z.number().int() }),
});
