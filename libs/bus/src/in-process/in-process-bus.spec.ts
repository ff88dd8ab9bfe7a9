import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { busContractSuite } from '../bus.contract-suite.js';
import { InProcessBus } from './in-process-bus.js';

describe('InProcessBus', () => {
  busContractSuite({
    openOne: (dataDirectory) => InProcessBus.open({ dataDirectory, retryMs: 5 }),
    open: async () => {
      const dataDirectory = mkdtempSync(join(tmpdir(), 'tollgate-bus-'));
      const bus = await InProcessBus.open({ dataDirectory, retryMs: 5 });
      const close = async (): Promise<void> => {
        await bus.close();
        rmSync(dataDirectory, { recursive: true, force: true });
      };
      return { ingress: bus, router: bus, worker: bus, heartbeats: () => Promise.resolve(), close };
    },
  });
});
