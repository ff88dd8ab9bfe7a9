import 'reflect-metadata';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Controller, Module, type INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { PlatformModule } from '@tollgate/app';
import {
  BusStrategy,
  CallPattern,
  GatewayRpcExceptionFilter,
  InProcessBus,
  type CallContext,
} from '@tollgate/bus';
import { readEnvironment } from '@tollgate/config';
import {
  GatewayError,
  NO_USAGE,
  attemptCall,
  contractsOf,
  routeCall,
  type AttemptHeader,
} from '@tollgate/contracts';
import { setLogLevel } from '@tollgate/observability';
import { MemoryState } from '@tollgate/state';
import { RouterModule } from './router.module.js';
import { config, deployment, header } from './_fixtures.js';

/** Answers as any worker does, but for the deployment `bad`. */
@Controller()
class WorkerController {
  @CallPattern(attemptCall)
  async attempt(attempt: AttemptHeader, { response, body }: CallContext): Promise<void> {
    if (attempt.deploymentId === 'bad') throw new GatewayError('upstream_error', 'broken');
    const { attemptId, deploymentId, group, upstreamModel, retries, fallbacks } = attempt;
    const identity = { attemptId, deploymentId, group, upstreamModel, retries, fallbacks };
    response.head({
      ...identity,
      status: 200,
      headers: {},
      provider: 'openai',
      apiBase: null,
      costNanos: null,
      upstreamMs: 0,
    });
    await response.write(await body.bytes());
    response.end({ usage: NO_USAGE, costNanos: null });
  }
}

@Module({ controllers: [WorkerController] })
class TestWorkerModule {}

describe('RouterModule', () => {
  let directory: string;
  let bus: InProcessBus;
  let app: INestMicroservice;

  beforeAll(async () => {
    setLogLevel('silent');
    directory = await mkdtemp(join(tmpdir(), 'tollgate-router-'));
    bus = await InProcessBus.open({ dataDirectory: directory });
    const platform = PlatformModule.of({
      bus,
      state: new MemoryState(),
      config: config(
        [
          deployment('bad', { order: 1 }),
          deployment('good'),
          deployment('far', { group: 'far', provider: 'azure' }),
        ],
        { fallbacks: { far: ['chat'] } },
      ),
      environment: readEnvironment({}, [], { port: 0, needsDatabase: false }),
    });
    @Module({ imports: [platform, RouterModule, TestWorkerModule] })
    class TestModule {}
    app = await NestFactory.createMicroservice(TestModule, {
      logger: false,
      strategy: new BusStrategy({
        bus,
        // Of a worker's messages, what its stand-in here takes.
        contracts: [...contractsOf('router'), attemptCall],
        services: ['router', 'worker'],
        targets: ['openai'],
        controllerOf: (type) => app.get<object>(type, { strict: false }),
        graceMs: () => 1_000,
      }),
    });
    app.useGlobalFilters(new GatewayRpcExceptionFilter());
    await app.listen();
  });
  afterAll(async () => {
    await app.close();
    await rm(directory, { recursive: true });
  });

  async function call(model: string) {
    const [id, deadline] = [`call-${model}`, Date.now() + 10_000];
    const body = new TextEncoder().encode('{"model":"chat"}');
    const frames = [];
    for await (const frame of bus.call(routeCall, header({ id, model, deadline }), body, { id, deadline })) {
      frames.push(frame);
    }
    return frames;
  }

  it('leads a call to the deployment that answers', async () => {
    const frames = await call('chat');
    expect(frames.map(({ type }) => type)).toEqual(['head', 'data', 'end']);
    expect(frames[0]).toMatchObject({ head: { deploymentId: 'good', retries: 1, fallbacks: 0 } });
  });

  it('falls back when no worker serves the provider', async () => {
    const [first] = await call('far');
    expect(first).toMatchObject({ head: { group: 'chat', fallbacks: 1 } });
  });

  it('tells the caller what was wrong', async () => {
    await expect(call('nothing')).rejects.toMatchObject({ code: 'unknown_model', status: 400 });
  });
});
