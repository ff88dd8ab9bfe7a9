import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Controller, Module, UseGuards, type INestMicroservice, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventPattern, MessagePattern, Payload } from '@nestjs/microservices';
import { GatewayError, type Contract, type Outcome } from '@tollgate/contracts';
import { of, type Observable } from 'rxjs';
import type { CallContext } from '../bus.js';
import {
  END,
  HEAD,
  ask,
  askOne,
  attempt,
  codeOf,
  collect,
  inMs,
  itemStored,
  route,
  signal,
  text,
  told,
  type Item,
} from '../contract-suite/harness.js';
import { InProcessBus } from '../in-process/in-process-bus.js';
import { BusStrategy } from './bus-strategy.js';
import { CallPattern } from './call-pattern.js';
import { GatewayRpcExceptionFilter } from './gateway-rpc-exception.filter.js';

/** Of one target alone. */
const tool = { ...attempt, subject: 'test.tool', target: 'three' };
const stored = itemStored();
const heard: string[] = [];
const bothHeard = signal();
const batches = signal<readonly Item[]>();

@Controller()
class BillingController {
  private refusals = 1;

  @MessagePattern(ask.subject)
  answer(@Payload() payload: { text: string }): Observable<{ text: string }> {
    if (payload.text === 'refuse') throw new GatewayError('not_found', 'no such text', { param: 'text' });
    if (payload.text === 'break') throw new Error('secret');
    return of({ text: `${payload.text}!` });
  }

  @EventPattern<never>(stored.subject)
  store(@Payload() items: readonly Item[]): Promise<void> {
    this.refusals -= 1;
    if (this.refusals >= 0) throw new Error('database is away');
    batches.resolve(items);
    return Promise.resolve();
  }
}

@Controller()
class IngressController {
  @EventPattern<never>(told.subject)
  first(@Payload() event: { text: string }): Promise<void> {
    return this.hear(`first ${event.text}`);
  }

  @EventPattern<never>(told.subject)
  second(@Payload() event: { text: string }): Promise<void> {
    return this.hear(`second ${event.text}`);
  }

  private hear(what: string): Promise<void> {
    heard.push(what);
    if (heard.length === 2) bothHeard.resolve();
    return Promise.resolve();
  }
}

@Controller()
class RouterController {
  @CallPattern(route)
  route(header: { name: string }, call: CallContext): Promise<Outcome> {
    if (header.name === 'refuse') throw new GatewayError('not_found', 'no such name');
    if (header.name === 'break') return Promise.reject(new Error('secret'));
    return call.forward(attempt, header.name, header);
  }
}

@Controller()
class WorkerController {
  @CallPattern(attempt, tool)
  async attempt(header: { name: string }, { response, body }: CallContext): Promise<void> {
    response.head({ ...HEAD, provider: header.name });
    await response.write(await body.bytes());
    response.end(END);
  }

  @MessagePattern(askOne.subject)
  answer(@Payload() { text: asked }: { text: string }): { text: string } {
    return { text: `${asked}!` };
  }
}

@Module({})
class TestModule {}

@Controller()
class OtherWorkerController {
  @CallPattern(attempt)
  attempt(): Promise<void> {
    return Promise.resolve();
  }
}

@Controller()
@UseGuards({ canActivate: () => false })
class GuardedWorkerController {
  @CallPattern(attempt)
  attempt(): Promise<void> {
    return Promise.resolve();
  }
}

const contracts: readonly Contract[] = [ask, askOne, told, stored, route, attempt, tool];

describe('BusStrategy', () => {
  let bus: InProcessBus;
  let directory: string;
  let app: INestMicroservice | undefined;
  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'tollgate-bus-'));
    bus = await InProcessBus.open({ dataDirectory: directory, retryMs: 5 });
  });
  afterEach(async () => {
    await app?.close();
    app = undefined;
    await bus.close();
    rmSync(directory, { recursive: true, force: true });
  });

  let strategy: BusStrategy;
  const start = async (...controllers: Type[]): Promise<void> => {
    strategy = new BusStrategy({
      bus,
      contracts,
      services: ['billing', 'ingress', 'router', 'worker'],
      targets: ['one', 'two'],
      controllerOf: (type) => {
        if (app === undefined) throw new Error('no app');
        return app.get<object>(type, { strict: false });
      },
      graceMs: () => 1_000,
    });
    app = await NestFactory.createMicroservice(
      { module: TestModule, controllers },
      {
        strategy,
        logger: false,
      },
    );
    app.useGlobalFilters(new GatewayRpcExceptionFilter());
    await app.listen();
  };
  const startAll = (): Promise<void> =>
    start(BillingController, IngressController, RouterController, WorkerController);

  it('answers requests', async () => {
    await startAll();
    expect(await bus.request(ask, { text: 'hi' })).toEqual({ text: 'hi!' });
  });

  it('answers requests that are addressed to its own process', async () => {
    await startAll();
    const ask = (address: string) => bus.request(askOne, { text: 'hi' }, { address });
    expect(await ask(bus.address)).toEqual({ text: 'hi!' });
    expect(await codeOf(ask('one'))).toBe('service_unavailable');
  });

  it('lets a GatewayError cross as it is, and hides any other', async () => {
    await startAll();
    const refused = await bus.request(ask, { text: 'refuse' }).catch((error: unknown) => error);
    expect((refused as GatewayError).toShape()).toEqual({
      code: 'not_found',
      message: 'no such text',
      param: 'text',
    });
    const broken = await bus.request(ask, { text: 'break' }).catch((error: unknown) => error);
    expect((broken as GatewayError).toShape()).toEqual({
      code: 'internal',
      message: 'Internal server error',
    });
  });

  it('does the same with what a handler of calls throws, at once or later', async () => {
    await startAll();
    const errorOf = (name: string) =>
      collect(bus.call(route, { name }, text(''), inMs(5000))).catch((error: unknown) => error);
    expect((await errorOf('refuse')) as GatewayError).toMatchObject({
      code: 'not_found',
      message: 'no such name',
    });
    expect(((await errorOf('break')) as GatewayError).toShape()).toEqual({
      code: 'internal',
      message: 'Internal server error',
    });
  });

  it('calls every handler of an event', async () => {
    await startAll();
    bus.publish(told, { text: 'news' });
    await bothHeard.promise;
    expect(heard.toSorted()).toEqual(['first news', 'second news']);
  });

  it('gives durable events as an array, and again after a failure', async () => {
    await startAll();
    await Promise.all([
      bus.record(stored, { id: '1', status: 'complete' }),
      bus.record(stored, { id: '2', status: 'complete' }),
    ]);
    expect((await batches.promise).map(({ id }) => id)).toEqual(['1', '2']);
  });

  it('gives a call handler its header and context, for every target', async () => {
    await startAll();
    for (const name of ['one', 'two']) {
      const frames = await collect(bus.call(route, { name }, text('body'), inMs(5000)));
      expect(frames[0]).toMatchObject({ head: { provider: name } });
      expect(frames.map(({ type }) => type)).toEqual(['head', 'data', 'end']);
    }
    expect(await codeOf(collect(bus.call(route, { name: 'three' }, text(''), inMs(5000))))).toBe(
      'provider_unavailable',
    );
  });

  it('serves a target that comes later, and none twice', async () => {
    await startAll();
    const call = () => collect(bus.call(route, { name: 'three' }, text('body'), inMs(5000)));
    expect(await codeOf(call())).toBe('provider_unavailable');
    await strategy.addTargets(['one', 'three']);
    await strategy.addTargets(['three']);
    expect((await call()).map(({ type }) => type)).toEqual(['head', 'data', 'end']);
    await app?.close();
    await strategy.addTargets(['four']);
    expect(await codeOf(call())).toBe('draining');
  });

  it('serves a call of one target only where that is served', async () => {
    await startAll();
    const call = () => collect(bus.call(tool, { name: 'three' }, text('body'), inMs(5000)));
    expect(await codeOf(call())).toBe('service_unavailable');
    await strategy.addTargets(['three']);
    expect((await call()).map(({ type }) => type)).toEqual(['head', 'data', 'end']);
  });

  it('refuses to start when two handlers want to answer', async () => {
    await expect(
      start(BillingController, IngressController, RouterController, WorkerController, OtherWorkerController),
    ).rejects.toThrow(`More than one handler for ${attempt.subject}`);
  });

  it('refuses to start when a handler of calls has a guard, which they would not pass', async () => {
    await expect(
      start(BillingController, IngressController, RouterController, GuardedWorkerController),
    ).rejects.toThrow('GuardedWorkerController handles calls, which pass no guard');
  });

  it('refuses to start when a contract has no handler, and names it', async () => {
    await expect(start(BillingController, RouterController, WorkerController)).rejects.toThrow(
      `No handler for ${told.subject}`,
    );
  });
});
