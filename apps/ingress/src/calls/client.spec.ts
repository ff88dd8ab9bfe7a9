import { once } from 'node:events';
import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import { NO_LIMITS, GatewayError, findKey } from '@tollgate/contracts';
import {
  CHAT,
  END,
  HEAD,
  SSE_HEAD,
  VIRTUAL_KEY,
  data,
  startIngress,
  type Harness,
  foundKey,
} from '../_harness.js';

let ingress: Harness;
beforeEach(async () => {
  ingress = await startIngress();
  ingress.bus.reply(findKey, () => foundKey({ limits: { ...NO_LIMITS, requestsPerMinute: 5 } }));
});
afterEach(() => ingress.close());

function open(body: object): ClientRequest {
  const client = request(`${ingress.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${VIRTUAL_KEY}`, 'content-type': 'application/json' },
  });
  client.on('error', () => undefined);
  client.end(JSON.stringify(body));
  return client;
}

const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new GatewayError('cancelled', 'cancelled')));
  });

/** Resolves when the condition holds; the test's own time-out is the limit. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise(setImmediate);
}

describe('a client that hangs up', () => {
  it('cancels its call before the first byte', async () => {
    ingress.bus.frames = async function* (signal) {
      await aborted(signal);
      yield END;
    };
    const client = open(CHAT);
    await until(() => ingress.bus.calls.length === 1);
    client.destroy();
    await until(() => ingress.bus.calls[0]?.cancelled === true);
    await until(() => ingress.state.settled.length === 1);
    expect(ingress.state.settled[0]).toMatchObject({ tokens: null });
  });

  it('cancels its stream', async () => {
    ingress.bus.frames = async function* (signal) {
      yield { type: 'head', head: SSE_HEAD };
      yield data('data: 1\n\n');
      await aborted(signal);
    };
    const client = open({ ...CHAT, stream: true });
    const [response] = (await once(client, 'response')) as [IncomingMessage];
    await once(response, 'data');
    client.destroy();
    await until(() => ingress.bus.calls[0]?.cancelled === true);
    await until(() => ingress.state.settled.length === 1);
  });

  it('does not cancel an answer that was complete', async () => {
    const response = await ingress.post('/v1/chat/completions', CHAT);
    await response.text();
    await ingress.close();
    expect(ingress.bus.calls[0]?.cancelled).toBe(false);
  });
});

describe('a client that reads as it can', () => {
  it('sets the pace of the frames, and gets every byte', async () => {
    const frame = Buffer.alloc(64 * 1024, 'x');
    const total = 500;
    let received = 0;
    let furthestAhead = 0;
    ingress.bus.frames = async function* () {
      yield { type: 'head', head: SSE_HEAD };
      for (let sent = 0; sent < total; sent += 1) {
        furthestAhead = Math.max(furthestAhead, sent * frame.length - received);
        yield { type: 'data', data: frame };
      }
      yield END;
    };
    const client = open({ ...CHAT, stream: true });
    const [response] = (await once(client, 'response')) as [IncomingMessage];
    for await (const chunk of response) received += (chunk as Buffer).length;
    expect(received).toBe(total * frame.length);
    // What lies between the two are the kernel's buffers. Without back-pressure it would be everything.
    expect(furthestAhead).toBeLessThan(received / 2);
  });
});

describe('a shutdown', () => {
  it('lets a running stream finish and refuses new calls', async () => {
    let finish: () => void = () => undefined;
    ingress.bus.frames = async function* () {
      yield { type: 'head', head: SSE_HEAD };
      yield data('data: 1\n\n');
      await new Promise<void>((resolve) => (finish = resolve));
      yield data('data: [DONE]\n\n');
      yield END;
    };
    const running = await ingress.post('/v1/chat/completions', { ...CHAT, stream: true });
    const closing = ingress.close();
    await new Promise(setImmediate);
    const refused = await ingress.post('/v1/chat/completions', CHAT);
    expect(refused.status).toBe(503);
    expect(refused.headers.get('connection')).toBe('close');
    expect(refused.headers.get('retry-after')).toBe('1');
    finish();
    expect(await running.text()).toBe('data: 1\n\ndata: [DONE]\n\n');
    await closing;
  });
});

describe('an answer without a body', () => {
  it('keeps its status', async () => {
    ingress.bus.frames = async function* () {
      yield { type: 'head', head: { ...HEAD, status: 202 } };
      yield END;
    };
    const response = await ingress.post('/v1/chat/completions', CHAT);
    expect(response.status).toBe(202);
    expect(await response.text()).toBe('');
  });
});
