import { jest } from '@jest/globals';
import type { Bus } from '@tollgate/bus';
import { modelsChanged, type StoredModel } from '@tollgate/contracts';
import { ModelController } from './model.controller.js';
import type { ModelStore } from './model-store.js';

describe('ModelController', () => {
  const publish = jest.fn<Bus['publish']>();
  const controllerOf = (store: Partial<ModelStore>): ModelController =>
    new ModelController(store as ModelStore, { publish } as unknown as Bus);

  beforeEach(() => publish.mockClear());

  it('tells every process of a change, when it is made and not before', async () => {
    const told: string[] = [];
    publish.mockImplementation((contract) => void told.push(contract.subject));
    const store = {
      create: async (value: StoredModel) => {
        await new Promise((resolve) => setImmediate(resolve));
        told.push('committed');
        return { value, version: 7 };
      },
      delete: async () => ({ value: true, version: 8 }),
      update: async () => ({ value: { id: 'a' } as StoredModel, version: 9 }),
    };
    const controller = controllerOf(store);
    const made = await controller.create({ id: 'a', name: 'chat', params: {}, info: {}, createdBy: 'admin' });
    expect(made).toMatchObject({
      id: 'a',
      createdBy: 'admin',
      updatedBy: 'admin',
      createdAt: made.updatedAt,
    });
    expect(told).toEqual(['committed', modelsChanged.subject]);
    expect(await controller.delete({ id: 'a' })).toEqual({ deleted: true });
    expect(await controller.update({ id: 'a', updatedBy: 'admin' })).toEqual({ id: 'a' });
    expect(publish.mock.calls).toEqual([7, 8, 9].map((version) => [modelsChanged, { version }]));
  });

  it('tells nobody of what changed nothing', async () => {
    const controller = controllerOf({
      delete: async () => ({ value: false, version: 8 }),
      update: async () => null,
      create: async () => Promise.reject(new Error('id exists')),
    });
    expect(await controller.delete({ id: 'a' })).toEqual({ deleted: false });
    expect(await controller.update({ id: 'a', updatedBy: 'admin' })).toBeNull();
    await expect(controller.create({} as StoredModel)).rejects.toThrow('id exists');
    expect(publish).not.toHaveBeenCalled();
  });
});
