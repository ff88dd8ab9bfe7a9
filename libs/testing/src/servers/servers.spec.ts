import { existsSync } from 'node:fs';
import { answers } from './ports.js';
import { describeWithServers } from './require-servers.js';
import { startNats, startPostgres, startRedis, type TestServer } from './start-server.js';

const alive = (pid: number): boolean => existsSync(`/proc/${String(pid)}`);

describeWithServers('servers for tests', () => {
  const started: TestServer[] = [];
  const start = async (starter: () => Promise<TestServer>): Promise<TestServer> => {
    const server = await starter();
    started.push(server);
    return server;
  };
  afterEach(async () => {
    await Promise.all(started.splice(0).map((server) => server.stop()));
  });

  it('starts NATS with JetStream', async () => {
    const server = await start(startNats);
    expect(server.url).toBe(`nats://127.0.0.1:${String(server.port)}`);
    expect(await answers(server.port, Buffer.alloc(0), (info) => info.includes('"jetstream":true'))).toBe(
      true,
    );
  });

  it('brings Redis back with its data on the same port after a kill', async () => {
    const server = await start(startRedis);
    const { url } = server;
    await answers(server.port, Buffer.from('SET a 42\r\n'), (answer) => answer.includes('OK'));
    await server.kill();
    expect(server.pid).toBe(0);
    expect(await answers(server.port, Buffer.from('PING\r\n'), () => true)).toBe(false);
    await server.restart();
    expect(server.url).toBe(url);
    expect(await answers(server.port, Buffer.from('GET a\r\n'), (answer) => answer.includes('42'))).toBe(
      true,
    );
  });

  it('runs PostgreSQL, also for root, and brings it back after a kill', async () => {
    const server = await start(startPostgres);
    const { pid } = server;
    expect(alive(pid)).toBe(true);
    await server.kill();
    expect(alive(pid)).toBe(false);
    await server.restart();
    expect(server.pid).not.toBe(pid);
  });

  it('leaves no process behind when it stops', async () => {
    const servers = await Promise.all([startNats(), startRedis()]);
    const pids = servers.map((server) => server.pid);
    await Promise.all(servers.map((server) => server.stop()));
    expect(pids.filter(alive)).toEqual([]);
  });
});
