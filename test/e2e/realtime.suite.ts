import { connect } from 'node:net';
import OpenAI from 'openai';
import { OpenAIRealtimeWS } from 'openai/realtime/ws';
import type { RealtimeLab } from '@tollgate/testing';
import { WebSocket } from 'ws';
import { MASTER_KEY, eventually, json } from './_seed.js';

/** A gateway that runs, with the lab behind it. */
export interface RealtimeSubject {
  readonly lab: RealtimeLab;
  readonly url: string;
}

const deployment = (name: string, model: string, labUrl: string, more: object = {}): object => ({
  model_name: name,
  litellm_params: { model: `openai/${model}`, api_base: `${labUrl}/v1`, api_key: 'sk-lab-secret', ...more },
});

const CENT = { input_cost_per_token: 0, output_cost_per_token: 0.001, output_cost_per_audio_token: 0 };

export const realtimeConfig = (labUrl: string): object => ({
  model_list: [
    deployment('voice', 'gpt-realtime', labUrl),
    deployment('busy', 'first?status=429', labUrl),
    deployment('busy', 'second', labUrl),
    deployment('refusing', 'never?status=403', labUrl),
    deployment('dying', 'short?dieAt=2', labUrl),
    deployment('closing', 'polite?closeCode=4007', labUrl),
    deployment('cent', 'paid?tokens=10', labUrl, CENT),
    deployment('flood', 'loud?sounds=400&soundBytes=65536', labUrl),
    deployment('writing', 'gpt-realtime?transcribes=1', labUrl, { base_model: 'gpt-realtime' }),
    deployment('endless', 'long?endless=1', labUrl),
    {
      model_name: 'sky',
      litellm_params: { model: 'azure/sky-eu', api_base: labUrl, api_key: 'sk-azure-secret' },
    },
  ],
  general_settings: { master_key: MASTER_KEY, budget_wait: 0 },
  router_settings: { num_retries: 1, retry_budget: 'off' },
});

interface Event {
  readonly type: string;
  readonly error?: { readonly code: string; readonly message: string; readonly param: string | null };
  readonly session?: { readonly model: string };
}

/** A client of one session. */
class Client {
  readonly events: Event[] = [];
  readonly closed: Promise<{ code: number; reason: string }>;
  readonly opened: Promise<void>;

  constructor(readonly socket: WebSocket) {
    socket.on('message', (data) => this.events.push(JSON.parse((data as Buffer).toString()) as Event));
    this.closed = new Promise((resolve) => {
      socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
    });
    this.opened = new Promise((resolve, reject) => {
      socket.on('open', resolve);
      socket.on('error', reject);
    });
  }

  say(event: object): void {
    this.socket.send(JSON.stringify(event));
  }

  types(): string[] {
    return this.events.map(({ type }) => type);
  }

  count(type: string): number {
    return this.types().filter((each) => each === type).length;
  }

  /** Resolves when so many events of a type have come; rejects when the session ends before. */
  until(type: string, count = 1): Promise<void> {
    return new Promise((resolve, reject) => {
      const { socket } = this;
      const settle = (end: () => void): void => {
        socket.off('message', look);
        socket.off('close', closed);
        end();
      };
      const look = (): void => {
        if (this.count(type) >= count) settle(resolve);
      };
      const closed = (): void => settle(() => reject(new Error(`closed before ${String(count)} ${type}`)));
      socket.on('message', look);
      socket.on('close', closed);
      look();
    });
  }
}

export interface RealtimeTools {
  open(model: string, key?: string): Promise<Client>;
  newKey(fields: object): Promise<string>;
  /** The rows of the ledger of a key, once there are so many and nothing is held. */
  rowsOf(key: string, count: number): Promise<SpendRow[]>;
}

interface SpendRow {
  readonly model: string;
  readonly spend: number;
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly metadata: { readonly tollgate_status: string };
}

export function describeRealtime(subject: () => RealtimeSubject): RealtimeTools {
  const at = (path: string): string => subject().url.replace(/^http/, 'ws') + path;
  const connectTo = (path: string, key: string): Client =>
    new Client(new WebSocket(at(path), { headers: { authorization: `Bearer ${key}` } }));
  const open = async (model: string, key = MASTER_KEY): Promise<Client> => {
    const client = connectTo(`/v1/realtime?model=${encodeURIComponent(model)}`, key);
    await client.opened;
    return client;
  };
  const lastSession = () => subject().lab.sessions.at(-1)!;

  /** How an upgrade was answered that was not agreed to. */
  const refusalOf = (path: string, key: string): Promise<{ status: number; body: string }> =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(at(path), { headers: { authorization: `Bearer ${key}` } });
      socket.on('open', () => reject(new Error('it was agreed to')));
      socket.on('error', () => undefined);
      socket.on('unexpected-response', (_request, response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(parts).toString() });
          socket.terminate();
        });
      });
    });

  const admin = async (path: string, body: object): Promise<Record<string, string>> => {
    const headers = { ...json, authorization: `Bearer ${MASTER_KEY}` };
    const response = await fetch(subject().url + path, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    const text = await response.text();
    expect([path, response.status, text]).toEqual([path, 200, text]);
    return JSON.parse(text) as Record<string, string>;
  };
  const newKey = async (fields: object): Promise<string> => (await admin('/key/generate', fields))['key']!;
  const rowsOf = (key: string, count: number): Promise<SpendRow[]> => {
    const day = (offset: number): string =>
      new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);
    const query = `api_key=${key}&start_date=${day(-1)}&end_date=${day(1)}&summarize=false`;
    const headers = { authorization: `Bearer ${MASTER_KEY}` };
    return eventually(
      async () =>
        (await (await fetch(`${subject().url}/spend/logs?${query}`, { headers })).json()) as SpendRow[],
      (rows) => rows.length >= count,
      30_000,
    );
  };

  it("serves OpenAI's own client, and bills what the provider counted", async () => {
    const key = await newKey({});
    const openai = new OpenAI({ apiKey: key, baseURL: `${subject().url}/v1` });
    const { port } = new URL(subject().url);
    // The client knows encrypted connections alone.
    const createConnection = () => connect(Number(port), '127.0.0.1');
    const session = new OpenAIRealtimeWS({ model: 'voice', options: { createConnection } }, openai);
    const done = new Promise<unknown>((resolve) => session.on('response.done', resolve));
    const created = new Promise<{ session: object }>((resolve) => session.on('session.created', resolve));
    const closed = new Promise((resolve) => session.socket.on('close', resolve));
    expect((await created).session).toMatchObject({ id: 'sess_lab', model: 'voice' });
    session.send({ type: 'input_audio_buffer.append', audio: 'AAAA' });
    session.send({ type: 'response.create' });
    expect(await done).toMatchObject({ response: { usage: { input_tokens: 30, output_tokens: 20 } } });
    session.close({ code: 1000, reason: 'bye' });
    await closed;
    await eventually(
      async () => lastSession().closeCode,
      (code) => code === 1000,
    );
    expect(lastSession()).toMatchObject({ model: 'gpt-realtime', heard: 4 });
    expect(lastSession().headers).toMatchObject({ authorization: 'Bearer sk-lab-secret' });
    expect(JSON.stringify(lastSession().headers)).not.toContain(key);
    const [row] = await rowsOf(key, 1);
    expect(row).toMatchObject({ prompt_tokens: 30, completion_tokens: 20 });
    expect(row!.metadata.tollgate_status).toBe('complete');
    // In dollars a million: 4 for text, 32 for sound, 0.4 for what was cached; 16 and 64 for the answer.
    expect(row!.spend).toBeCloseTo((14 * 4 + 8 * 32 + 8 * 0.4 + 5 * 16 + 15 * 64) / 1e6, 12);
  });

  it('takes the key from a subprotocol, as browsers send it', async () => {
    const key = await newKey({});
    const protocols = ['realtime', `openai-insecure-api-key.${key}`, 'openai-beta.realtime-v1'];
    const client = new Client(new WebSocket(at('/realtime?model=voice'), protocols));
    await client.opened;
    expect(client.socket.protocol).toBe('realtime');
    await client.until('session.created');
    expect(lastSession().headers['openai-beta']).toBe('realtime=v1');
    client.socket.close();
    await client.closed;
  });

  it("speaks to Azure in Azure's way", async () => {
    const client = await open('sky');
    await client.until('session.created');
    expect(lastSession().url).toBe('/openai/realtime?api-version=2025-04-01-preview&deployment=sky-eu');
    expect(lastSession().headers['api-key']).toBe('sk-azure-secret');
    client.socket.close();
    await client.closed;
  });

  it('answers an upgrade that it does not agree to in plain HTTP', async () => {
    const path = '/v1/realtime?model=voice';
    expect(await refusalOf(path, 'sk-nobody-knows-this-one')).toMatchObject({ status: 401 });
    expect(await refusalOf('/v1/realtime', MASTER_KEY)).toMatchObject({ status: 400 });
    expect(await refusalOf('/v1/realtime?model=nothing', MASTER_KEY)).toMatchObject({ status: 400 });
    expect(await refusalOf('/v1/other', MASTER_KEY)).toMatchObject({ status: 404 });
    const limited = await newKey({ models: ['cent'] });
    const denied = await refusalOf(path, limited);
    expect(denied.status).toBe(403);
    expect(JSON.parse(denied.body)).toMatchObject({ error: { type: 'key_model_access_denied' } });
    const refused = await refusalOf('/v1/realtime?model=refusing', MASTER_KEY);
    expect(refused.status).toBe(403);
    expect(refused.body).toContain('The lab refuses');
    const plain = await fetch(subject().url + path, { headers: { authorization: `Bearer ${MASTER_KEY}` } });
    expect([plain.status, plain.headers.get('sec-websocket-version')]).toEqual([426, '13']);
  });

  it('hands out no secrets of providers', async () => {
    const headers = { ...json, authorization: `Bearer ${MASTER_KEY}` };
    const response = await fetch(`${subject().url}/v1/realtime/client_secrets`, {
      method: 'POST',
      headers,
      body: '{}',
    });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('no secrets');
  });

  it('goes to another deployment when one refuses the upgrade', async () => {
    for (let turn = 0; turn < 3; turn += 1) {
      const client = await open('busy');
      await client.until('session.created');
      expect(lastSession().model).toBe('second');
      client.socket.close();
      await client.closed;
    }
  });

  it('stays with the model that it began with, whatever the client says', async () => {
    const client = await open('voice');
    client.say({ type: 'session.update', event_id: 'mine', session: { model: 'gpt-4o-realtime-preview' } });
    await client.until('error');
    expect(client.events.at(-1)?.error).toMatchObject({ param: 'session.model', event_id: 'mine' });
    client.say({ type: 'session.update', session: { model: 'voice', instructions: 'Be brief' } });
    await client.until('session.updated');
    expect(lastSession().events.map(({ session }) => session)).toEqual([
      { model: 'gpt-realtime', instructions: 'Be brief' },
    ]);
    expect(client.events.at(-1)?.session?.model).toBe('voice');
    client.socket.close();
    await client.closed;
  });

  it("hands on the provider's close with its code", async () => {
    const client = await open('closing');
    client.say({ type: 'response.create' });
    expect(await client.closed).toEqual({ code: 4007, reason: 'as you wished' });
    expect(client.types().at(-1)).toBe('response.done');
  });

  it('tells a client that its provider broke off, and bills what had come', async () => {
    const key = await newKey({});
    const client = await open('dying', key);
    client.say({ type: 'response.create' });
    await client.until('response.done');
    client.say({ type: 'response.create' });
    expect(await client.closed).toMatchObject({ code: 1011 });
    expect(client.events.at(-1)).toMatchObject({ type: 'error', error: { code: 'upstream_stream_broken' } });
    const [row] = await rowsOf(key, 1);
    expect(row!.metadata.tollgate_status).toBe('partial');
    // One response as it was counted, and of the other the prompt and the words that came.
    expect(row).toMatchObject({ prompt_tokens: 60, completion_tokens: 20 + 5 });
  });

  it('bills transcripts of what the client says by the model that makes them', async () => {
    const key = await newKey({});
    const client = await open('writing', key);
    client.say({ type: 'response.create' });
    await client.until('response.done');
    client.socket.close();
    const rows = await rowsOf(key, 2);
    const used = rows.map((row) => [row.prompt_tokens, row.completion_tokens, row.spend > 0]);
    expect(used.toSorted()).toEqual([
      [14, 4, true],
      [30, 20, true],
    ]);
  });

  it('ends a session when its budget is used up', async () => {
    const key = await newKey({ max_budget: 0.1 });
    const client = await open('cent', key);
    for (let turn = 1; turn <= 20 && client.socket.readyState === WebSocket.OPEN; turn += 1) {
      client.say({ type: 'response.create' });
      await client.until('response.done', turn).catch(() => undefined);
    }
    expect(await client.closed).toMatchObject({ code: 1008 });
    expect(client.events.at(-1)).toMatchObject({ type: 'error', error: { code: 'budget_exceeded' } });
    expect(lastSession().responses).toBe(10);
    const rows = await rowsOf(key, 1);
    expect(rows.map(({ spend }) => spend)).toEqual([0.1]);
    expect((await refusalOf('/v1/realtime?model=cent', key)).status).toBe(422);
  }, 60_000);

  it('holds up a provider whose client reads slowly, and loses nothing', async () => {
    const client = await open('flood');
    await client.until('session.created');
    client.socket.pause();
    client.say({ type: 'response.create' });
    await eventually(
      async () => lastSession().responses,
      (responses) => responses === 1,
    );
    client.socket.resume();
    await client.until('response.done');
    expect(client.count('response.output_audio.delta')).toBe(400);
    client.socket.close();
    await client.closed;
  }, 60_000);

  it('brings messages larger than any frame, in order', async () => {
    const client = await open('voice');
    for (const [index, characters] of [3_000_000, 4, 700_000].entries()) {
      client.say({
        type: 'input_audio_buffer.append',
        event_id: String(index),
        audio: 'A'.repeat(characters),
      });
    }
    await eventually(
      async () => lastSession().events.length,
      (count) => count === 3,
    );
    expect(lastSession().events.map((event) => event.audio?.length)).toEqual([3_000_000, 4, 700_000]);
    client.socket.close();
    await client.closed;
  }, 60_000);

  it('ends the session at the provider when the client is gone without a word', async () => {
    const key = await newKey({});
    const client = await open('endless', key);
    client.say({ type: 'response.create' });
    await client.until('response.output_audio.delta');
    client.socket.terminate();
    const session = lastSession();
    await eventually(
      async () => session.closeCode,
      (code) => code !== null,
    );
    const [row] = await rowsOf(key, 1);
    expect(row!.metadata.tollgate_status).toBe('partial');
    expect(row!.completion_tokens).toBeGreaterThan(0);
  });

  it('answers a request that offers another protocol as if it had not', async () => {
    const { port } = new URL(subject().url);
    const body = JSON.stringify({ model: 'nothing', messages: [{ role: 'user', content: 'Hi' }] });
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), '127.0.0.1', () => {
        socket.write(
          `POST /v1/chat/completions HTTP/1.1\r\nhost: gateway\r\nconnection: Upgrade, HTTP2-Settings\r\n` +
            `upgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAAP__\r\nauthorization: Bearer ${MASTER_KEY}\r\n` +
            `content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body.slice(0, 9)}`,
        );
        setTimeout(() => socket.write(body.slice(9)), 50);
      });
      let text = '';
      socket.on('data', (part) => {
        text += part.toString();
        if (text.includes('}')) socket.destroy();
      });
      socket.on('close', () => resolve(text));
      socket.on('error', reject);
    });
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('nothing');
  });

  return { open, newKey, rowsOf };
}
