import { request, type IncomingMessage } from 'node:http';
import {
  describeWithServers,
  startDistributed,
  startFaultLab,
  startGateway,
  type FaultLab,
} from '@tollgate/testing';
import { MASTER_KEY, SEED_VARIABLES, eventually, json, seedConfig } from './_seed.js';

const MIB = 1024 * 1024;
const STREAM_BYTES = 50 * MIB;
/** What may lie between provider and client: windows, socket buffers of each hop, and the collector's slack. */
const SLACK_BYTES = 64 * MIB;

interface Running {
  readonly url: string;
  readonly processes: Readonly<Record<string, { rss(): number }>>;
  stop(): Promise<void>;
}

/** A client that reads a little, stops, and then reads the rest of 50 MB. */
function describeSlowReader(start: (lab: FaultLab) => Promise<Running>): void {
  let lab: FaultLab;
  let gateway: Running;

  beforeAll(async () => {
    lab = await startFaultLab();
    gateway = await start(lab);
  }, 180_000);

  afterAll(async () => {
    await gateway.stop();
    await lab.close();
  });

  const memory = (): Record<string, number> =>
    Object.fromEntries(Object.entries(gateway.processes).map(([name, process]) => [name, process.rss()]));

  const open = (): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const headers = { ...json, authorization: `Bearer ${MASTER_KEY}` };
      const messages = [{ role: 'user', content: 'at length' }];
      request(`${gateway.url}/v1/chat/completions`, { method: 'POST', headers }, resolve)
        .on('error', reject)
        .end(JSON.stringify({ model: 'chat-strict', stream: true, messages }));
    });

  it('costs every process a bounded buffer, and every byte arrives', async () => {
    lab.script('strict', [{ totalBytes: STREAM_BYTES, chunkBytes: 16_384 }]);
    const before = memory();
    const response = await open();
    let bytes = 0;
    const halfway = new Promise<void>((resolve) => {
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > MIB) {
          response.pause();
          resolve();
        }
      });
    });
    await halfway;
    const stopped = lab.stats().completionTokens;
    // The provider is held back: what it has served stands still while nobody reads.
    let last = -1;
    const held = await eventually(
      async () => {
        const now = lab.stats().completionTokens;
        const still = now === last;
        last = now;
        await new Promise((resolve) => setTimeout(resolve, 500));
        return still;
      },
      (still) => still,
    );
    expect(held).toBe(true);
    expect(last).toBeGreaterThanOrEqual(stopped);
    expect(lab.stats().open).toBe(1);
    for (const [name, rss] of Object.entries(memory()))
      expect({ name, grown: rss - (before[name] ?? 0) < SLACK_BYTES }).toEqual({ name, grown: true });

    const ended = new Promise((resolve) => response.on('end', resolve));
    response.removeAllListeners('data');
    let tail = '';
    response.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      tail = (tail + chunk.toString('latin1')).slice(-64);
    });
    response.resume();
    await ended;
    expect(bytes).toBeGreaterThan(STREAM_BYTES);
    expect(tail).toContain('[DONE]');
  }, 120_000);
}

describe('a slow reader of the embedded gateway', () => {
  describeSlowReader((lab) =>
    startGateway({ mode: 'embedded', config: seedConfig(lab), env: SEED_VARIABLES }),
  );
});

describeWithServers('a slow reader of the distributed gateway', () => {
  describeSlowReader((lab) => startDistributed({ config: seedConfig(lab), env: SEED_VARIABLES }));
});
