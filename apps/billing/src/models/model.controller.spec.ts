import { jest } from '@jest/globals';
import type { Bus } from '@tollgate/bus';
import { alertRaised, modelsChanged, type Actor, type NewModel, type StoredModel } from '@tollgate/contracts';
import { ModelController } from './model.controller.js';
import type { ModelStore } from './model-store.js';

const actor: Actor = { keyHash: 'master', userId: 'admin', role: 'proxy_admin' };

describe('ModelController', () => {
  const publish = jest.fn<Bus['publish']>();
  const record = jest.fn<Bus['record']>().mockResolvedValue(undefined);
  const controllerOf = (store: Partial<ModelStore>): ModelController =>
    new ModelController(store as ModelStore, { publish, record } as unknown as Bus);

  beforeEach(() => {
    publish.mockClear();
    record.mockClear();
  });

  it('tells every process of a change, when it is made and not before', async () => {
    const told: string[] = [];
    publish.mockImplementation((contract) => void told.push(contract.subject));
    const store = {
      create: async (value: NewModel) => {
        await new Promise((resolve) => setImmediate(resolve));
        told.push('committed');
        return { value: value as unknown as StoredModel, version: 7 };
      },
      delete: async () => ({ value: true, version: 8 }),
      update: async () => ({ value: { id: 'a' } as StoredModel, version: 9 }),
    };
    const controller = controllerOf(store);
    const made = await controller.create({ id: 'a', name: 'chat', params: {}, info: {}, actor });
    expect(made).toMatchObject({ id: 'a', actor });
    expect(told).toEqual(['committed', modelsChanged.subject]);
    expect(await controller.delete({ id: 'a', actor })).toEqual({ deleted: true });
    expect(await controller.update({ id: 'a', actor })).toEqual({ id: 'a' });
    expect(record.mock.calls).toMatchObject([
      [
        alertRaised,
        { id: 'model:a:7', type: 'new_model_added', message: expect.stringContaining('chat (a)') },
      ],
    ]);
    expect(publish.mock.calls).toEqual([7, 8, 9].map((version) => [modelsChanged, { version }]));
  });

  it('tells nobody of what changed nothing', async () => {
    const controller = controllerOf({
      delete: async () => ({ value: false, version: 8 }),
      update: async () => null,
      create: async () => Promise.reject(new Error('id exists')),
    });
    expect(await controller.delete({ id: 'a', actor })).toEqual({ deleted: false });
    expect(await controller.update({ id: 'a', actor })).toBeNull();
    await expect(controller.create({} as NewModel)).rejects.toThrow('id exists');
    expect(publish).not.toHaveBeenCalled();
    expect(record).not.toHaveBeenCalled();
  });
});
