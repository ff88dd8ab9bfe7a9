import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import OpenAI from 'openai';
import { describeBothModes, type RunningGateway, type StartGateway } from './_both-modes.js';
import { MASTER_KEY, eventually } from './_seed.js';

interface Kept {
  readonly id: string;
  status: string;
}

const USAGE = {
  ...{ input_tokens: 100, output_tokens: 10, total_tokens: 110 },
  ...{ input_tokens_details: { cached_tokens: 0 }, output_tokens_details: { reasoning_tokens: 0 } },
};

/** A provider that keeps its responses. One in the background goes on until it is `finish`ed. */
class Keeper {
  readonly kept = new Map<string, Kept>();
  isAway = false;
  private readonly server: Server = createServer((request, response) => {
    void this.answer(request, response);
  });

  constructor(private readonly name: string) {}

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${String((this.server.address() as AddressInfo).port)}`;
  }

  finish(id: string): void {
    this.kept.get(id)!.status = 'completed';
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    const [status, answer] = this.said(request, body);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  }

  private said({ method, url = '' }: IncomingMessage, body: string): [status: number, answer: object] {
    if (this.isAway) return [503, { error: { message: 'away' } }];
    const [, id, part] = /^\/v1\/responses(?:\/([^/?]+))?(\/\w+)?/.exec(url) ?? [];
    if (id === undefined) return this.create(JSON.parse(body) as Record<string, unknown>);
    const kept = this.kept.get(id);
    if (kept === undefined) return notFound;
    if (part === '/input_items') return [200, { object: 'list', data: [{ id: `of_${id}` }], url }];
    if (method === 'DELETE') {
      this.kept.delete(id);
      return [200, { id, object: 'response', deleted: true }];
    }
    if (part === '/cancel') kept.status = 'cancelled';
    return [200, shown(kept)];
  }

  private create({ background, previous_response_id: previous }: Record<string, unknown>): [number, object] {
    if (typeof previous === 'string' && !this.kept.has(previous)) return notFound;
    const kept = {
      id: `resp_${this.name}${this.kept.size}`,
      status: background === true ? 'queued' : 'completed',
    };
    this.kept.set(kept.id, kept);
    return [200, shown(kept)];
  }
}

const notFound: [number, object] = [404, { error: { message: 'not kept here', code: 'not_found' } }];

const shown = ({ id, status }: Kept): object => ({
  ...{ id, status, object: 'response', created_at: 1, model: 'kept', output: [] },
  usage: status === 'completed' ? USAGE : null,
});

/** Two accounts under one name: each knows what it keeps, and nothing of the other. */
function describeKept(start: StartGateway): void {
  const keepers = [new Keeper('a'), new Keeper('b')] as const;
  let gateway: RunningGateway;
  let owner: OpenAI;
  let stranger: OpenAI;

  beforeAll(async () => {
    const urls = await Promise.all(keepers.map((keeper) => keeper.listen()));
    const models = urls.map(
      (url) => `
  - model_name: kept
    litellm_params: { model: openai/kept, api_base: ${url}/v1, api_key: sk-kept, input_cost_per_token: 0.001, output_cost_per_token: 0.01 }`,
    );
    gateway = await start(`model_list:${models.join('')}`, { LITELLM_MASTER_KEY: MASTER_KEY });
    owner = await clientOfNewKey();
    stranger = await clientOfNewKey();
  }, 120_000);
  afterAll(async () => {
    await gateway.stop();
    for (const keeper of keepers) keeper.close();
  });

  const admin = async (path: string, init: RequestInit = {}): Promise<unknown> => {
    const headers = { authorization: `Bearer ${MASTER_KEY}`, 'content-type': 'application/json' };
    const response = await fetch(gateway.url + path, { ...init, headers });
    return response.json();
  };

  const clientOfNewKey = async (): Promise<OpenAI> => {
    const body = JSON.stringify({ models: ['kept'] });
    const { key } = (await admin('/key/generate', { method: 'POST', body })) as { key: string };
    return new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: key, maxRetries: 0 });
  };

  const create = (client: OpenAI, more: object = {}): Promise<OpenAI.Responses.Response> =>
    client.responses.create({ model: 'kept', input: 'Hi', ...more });

  const spendOf = async ({ apiKey }: OpenAI): Promise<number> => {
    const { info } = (await admin(`/key/info?key=${apiKey}`)) as { info: { spend: number } };
    return info.spend;
  };

  const gone = { status: 404 };

  it('what a provider keeps is asked of the account that has it', async () => {
    const responses = await Promise.all(Array.from({ length: 20 }, () => create(owner)));
    // Both accounts had their share, or this would prove nothing.
    for (const { kept } of keepers) expect(kept.size).toBeGreaterThan(0);
    for (const { id } of responses) {
      expect(await owner.responses.retrieve(id)).toMatchObject({ id, status: 'completed' });
      expect((await owner.responses.inputItems.list(id, { limit: 5 })).data).toEqual([{ id: `of_${id}` }]);
      expect((await create(owner, { previous_response_id: id })).status).toBe('completed');
      await owner.responses.delete(id);
      await expect(owner.responses.retrieve(id)).rejects.toMatchObject(gone);
    }
  });

  it('and only by who got it', async () => {
    const { id } = await create(owner);
    await expect(stranger.responses.retrieve(id)).rejects.toMatchObject(gone);
    await expect(stranger.responses.cancel(id)).rejects.toMatchObject(gone);
    await expect(stranger.responses.delete(id)).rejects.toMatchObject(gone);
    await expect(create(stranger, { previous_response_id: id })).rejects.toMatchObject({ status: 400 });
    expect(await owner.responses.retrieve(id)).toMatchObject({ id });
  });

  it('one whose deletion has failed is still its owner’s', async () => {
    const { id } = await create(owner);
    for (const keeper of keepers) keeper.isAway = true;
    await expect(owner.responses.delete(id)).rejects.toMatchObject({ status: 503 });
    for (const keeper of keepers) keeper.isAway = false;
    expect(await owner.responses.retrieve(id)).toMatchObject({ id });
  });

  it('one that goes on in the background is billed once, when it has ended', async () => {
    const client = await clientOfNewKey();
    const { id, status } = await create(client, { background: true });
    expect(status).toBe('queued');
    for (let poll = 0; poll < 3; poll += 1)
      expect(await client.responses.retrieve(id)).toMatchObject({ status: 'queued' });
    for (const keeper of keepers) if (keeper.kept.has(id)) keeper.finish(id);
    for (let poll = 0; poll < 3; poll += 1)
      expect(await client.responses.retrieve(id)).toMatchObject({ status: 'completed', usage: USAGE });
    // Of one more call, so that all before it are in the ledger.
    await create(client);
    await eventually(
      () => spendOf(client),
      (spend) => spend > 0.3,
    );
    expect(await spendOf(client)).toBeCloseTo(0.4, 9);
  });

  it('one that goes on in the background can be cancelled', async () => {
    const { id } = await create(owner, { background: true });
    expect(await owner.responses.cancel(id)).toMatchObject({ status: 'cancelled' });
  });
}

describeBothModes('responses that their provider keeps', describeKept);
