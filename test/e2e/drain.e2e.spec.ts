import { connect } from 'node:net';
import {
  describeWithServers,
  startDistributed,
  startFaultLab,
  startGateway,
  type FaultLab,
  type Gateway,
  type GatewayProcess,
} from '@tollgate/testing';

const DRAIN = { DRAIN_SECONDS: '1' };
const ENDLESS = { tokens: 100_000, chunkDelayMs: 20 };

interface Subject {
  readonly url: string;
  readonly masterKey: string;
}

interface SpendRow {
  readonly completion_tokens: number;
  readonly metadata: { readonly tollgate_status: string };
}

let lab: FaultLab;
beforeAll(async () => {
  lab = await startFaultLab();
});
afterAll(() => lab.close());
beforeEach(() => {
  lab.script('endless', [ENDLESS]);
});

const config = () => ({
  model_list: [
    {
      model_name: 'endless',
      litellm_params: { model: 'openai/endless', api_base: `${lab.url}/v1`, api_key: 'sk-lab' },
    },
  ],
});

const headersOf = ({ masterKey }: Subject): Record<string, string> => ({
  authorization: `Bearer ${masterKey}`,
  'content-type': 'application/json',
});

/** A stream that has begun and would not end. */
async function begin(subject: Subject, path: string): Promise<{ callId: string; text: Promise<string> }> {
  const response = await fetch(subject.url + path, {
    method: 'POST',
    headers: headersOf(subject),
    body: JSON.stringify({
      ...{ model: 'endless', stream: true, max_tokens: 100_000 },
      messages: [{ role: 'user', content: 'on and on' }],
    }),
  });
  expect(response.status).toBe(200);
  return { callId: response.headers.get('x-tollgate-call-id') ?? '', text: response.text() };
}

async function rowOf(subject: Subject, callId: string): Promise<SpendRow> {
  for (;;) {
    const response = await fetch(`${subject.url}/spend/logs?request_id=${callId}`, {
      headers: headersOf(subject),
    });
    const [row] = (await response.json()) as SpendRow[];
    if (row !== undefined) return row;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function expectBilled(subject: Subject, callId: string): Promise<void> {
  const row = await rowOf(subject, callId);
  expect(row.metadata.tollgate_status).toBe('partial');
  expect(row.completion_tokens).toBeGreaterThan(0);
}

describe('an embedded gateway whose drain time is over', () => {
  let gateway: Gateway<'standalone'>;
  beforeAll(async () => {
    gateway = await startGateway({ mode: 'embedded', config: config(), env: DRAIN });
  }, 120_000);
  afterAll(() => gateway.stop());

  it('stops the provider, tells the clients in their dialects, bills the part, and exits 0', async () => {
    const { standalone } = gateway.processes;
    const chat = await begin(gateway, '/v1/chat/completions');
    const messages = await begin(gateway, '/v1/messages');
    await standalone.kill('SIGTERM');
    expect(standalone.exitCode).toBe(0);
    expect(lab.stats().open).toBe(0);
    expect((await chat.text).trimEnd()).toMatch(
      /\n\ndata: \{"error":\{"message":"The gateway is shutting down",.*\}\}$/,
    );
    expect((await messages.text).trimEnd()).toMatch(
      /\n\nevent: error\ndata: \{"type":"error","error":\{"type":"overloaded_error",.*shutting down.*\}$/,
    );
    await standalone.start();
    await expectBilled(gateway, chat.callId);
    await expectBilled(gateway, messages.callId);
  }, 120_000);

  it('does not wait for a client that reads nothing', async () => {
    lab.script('endless', [{ tokens: 1_000_000 }]);
    const { standalone } = gateway.processes;
    const { hostname, port } = new URL(gateway.url);
    const socket = connect(Number(port), hostname).on('error', () => undefined);
    try {
      const body = JSON.stringify({
        model: 'endless',
        stream: true,
        messages: [{ role: 'user', content: 'x' }],
      });
      const headers = Object.entries({
        ...headersOf(gateway),
        host: 'x',
        'content-length': String(body.length),
      });
      const head = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
      socket.pause();
      socket.write(`POST /v1/chat/completions HTTP/1.1\r\n${head}\r\n${body}`);
      while (lab.stats().open === 0) await new Promise((resolve) => setTimeout(resolve, 10));
      await standalone.kill('SIGTERM');
      expect(standalone.exitCode).toBe(0);
    } finally {
      socket.destroy();
    }
  }, 120_000);
});

describeWithServers('processes whose drain time is over', () => {
  it.each(['ingress', 'worker'] as const)(
    '%s ends what runs in good order, and the part is billed',
    async (name) => {
      const gateway = await startDistributed({ config: config(), env: DRAIN });
      const process: GatewayProcess = gateway.processes[name];
      try {
        const { callId, text } = await begin(gateway, '/v1/chat/completions');
        await process.kill('SIGTERM');
        expect(process.exitCode).toBe(0);
        expect((await text).trimEnd()).toMatch(
          /\n\ndata: \{"error":\{"message":"The (gateway|service that was answering) is shutting down",.*\}\}$/,
        );
        await process.start();
        await expectBilled(gateway, callId);
        expect(lab.stats().open).toBe(0);
      } finally {
        await gateway.stop();
      }
    },
    120_000,
  );

  it('a router goes, and the answers that have begun go on', async () => {
    lab.script('endless', [{ tokens: 150, chunkDelayMs: 20 }]);
    const gateway = await startDistributed({ config: config(), env: DRAIN });
    try {
      const { text } = await begin(gateway, '/v1/chat/completions');
      await gateway.processes.router.kill('SIGTERM');
      expect(gateway.processes.router.exitCode).toBe(0);
      expect(await text).toContain('[DONE]');
    } finally {
      await gateway.stop();
    }
  }, 120_000);
});
