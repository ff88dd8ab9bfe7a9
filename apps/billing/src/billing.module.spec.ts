import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Module, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { PlatformModule, Readiness } from '@tollgate/app';
import { InProcessBus } from '@tollgate/bus';
import { demoConfig, readEnvironment } from '@tollgate/config';
import { setLogLevel } from '@tollgate/observability';
import { MemoryState } from '@tollgate/state';
import { describeWithServers, startPostgres, type TestServer } from '@tollgate/testing';
import { BillingModule } from './billing.module.js';

describeWithServers('BillingModule', () => {
  let directory: string;
  let server: TestServer;
  let app: INestApplicationContext;

  beforeAll(async () => {
    setLogLevel('silent');
    directory = await mkdtemp(join(tmpdir(), 'tollgate-billing-'));
    server = await startPostgres();
    const platform = PlatformModule.of({
      bus: await InProcessBus.open({ dataDirectory: directory }),
      state: new MemoryState(),
      config: demoConfig(),
      environment: { ...readEnvironment({}, []), databaseUrl: server.url },
    });
    @Module({ imports: [platform, BillingModule] })
    class TestModule {}
    app = await NestFactory.createApplicationContext(TestModule, { logger: false });
  }, 60_000);
  afterAll(async () => {
    await app.close();
    await server.stop();
    await rm(directory, { recursive: true });
  });

  it('is not ready while the database is away, says so in bounded time, and is again when it is back', async () => {
    const readiness = app.get(Readiness);
    /** An answer holds for a second. */
    const until = async (expected: string[]): Promise<void> => {
      for (;;) {
        const asked = Date.now();
        const problems = await readiness.problems();
        expect(Date.now() - asked).toBeLessThan(2_000);
        if (String(problems) === String(expected)) return;
        await delay(20);
      }
    };
    await until([]);
    await server.kill();
    await until(['database away']);
    await server.restart();
    await until([]);
  });
});
