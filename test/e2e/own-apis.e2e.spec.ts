import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { describeBothModes, type RunningGateway, type StartGateway } from './_both-modes.js';
import { MASTER_KEY, eventually, json } from './_seed.js';

const BIN = Buffer.from([0, 255, 13, 10, 200]);
const SSE = 'event: news\ndata: {"unheard":[1e0]}\n\ndata: end\n\n';

interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** An API that no one here knows: it echoes, streams and fails. */
class Target {
  readonly seen: Seen[] = [];
  private readonly server: Server = createServer((request, response) => {
    void text(request).then((body) => {
      const { method, url, headers } = request;
      this.seen.push({ method, url, headers, body });
      if (url?.includes('stream') === true)
        response.writeHead(200, { 'content-type': 'text/event-stream' }).end(SSE);
      else if (url?.includes('teapot') === true)
        response.writeHead(418, { 'content-type': 'application/problem+json' }).end('{"teapot":true}');
      else response.writeHead(200, { 'content-type': 'image/png', 'x-own': 'yes' }).end(BIN);
    });
  });

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${String((this.server.address() as AddressInfo).port)}`;
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

const configOf = (target: string): string => `
model_list:
  - model_name: own
    litellm_params: { model: openai/own, api_base: ${target}/v1, api_key: os.environ/TARGET_KEY }
general_settings:
  pass_through_endpoints:
    - path: /search
      target: ${target}/api/v2
      include_subpath: true
      cost_per_request: 0.25
      headers: { Authorization: "Token os.environ/TARGET_KEY" }
      default_query_params: { lang: eo }
`;

type Asked = Omit<RequestInit, 'headers'> & { readonly headers?: Record<string, string> };

interface Row {
  readonly spend: number;
  readonly model: string;
  readonly custom_llm_provider: string;
}

function describeOwnApis(start: StartGateway): void {
  const target = new Target();
  let gateway: RunningGateway;

  beforeAll(async () => {
    const url = await target.listen();
    const env = { LITELLM_MASTER_KEY: MASTER_KEY, TARGET_KEY: 'sk-of-the-target' };
    const mistral = { MISTRAL_API_KEY: 'sk-of-mistral', MISTRAL_API_BASE: `${url}/v1` };
    gateway = await start(configOf(url), { ...env, ...mistral });
  }, 120_000);
  afterAll(async () => {
    await gateway.stop();
    target.close();
  });

  const ask = (path: string, init: Asked = {}, key = MASTER_KEY): Promise<Response> =>
    fetch(gateway.url + path, { ...init, headers: { ...init.headers, authorization: `Bearer ${key}` } });

  const newKey = async (wishes: object): Promise<string> => {
    const response = await ask('/key/generate', {
      method: 'POST',
      headers: json,
      body: JSON.stringify(wishes),
    });
    return ((await response.json()) as { key: string }).key;
  };

  const rowOf = async (response: Response): Promise<Row> => {
    const id = response.headers.get('x-tollgate-call-id')!;
    const rows = await eventually(
      async () => (await (await ask(`/spend/logs?request_id=${id}`)).json()) as Row[],
      (found) => found.length > 0,
    );
    return rows[0]!;
  };

  it('bytes come as they are, with the target’s credential in place of the client’s, at its price', async () => {
    const body = '{ "q" : 1e0,\n"q":2 }';
    const response = await ask('/search/deep?q=%20', {
      ...{ method: 'PUT', body },
      headers: { 'content-type': 'application/x-own', 'x-pass-beta': 'on' },
    });
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'image/png']);
    expect(Buffer.from(await response.arrayBuffer())).toEqual(BIN);
    const { headers, ...asked } = target.seen.at(-1)!;
    expect(asked).toEqual({ method: 'PUT', url: '/api/v2/deep?q=%20&lang=eo', body });
    expect(headers).toMatchObject({
      authorization: 'Token sk-of-the-target',
      'content-type': 'application/x-own',
      beta: 'on',
    });
    expect(await rowOf(response)).toMatchObject({ spend: 0.25, custom_llm_provider: 'pass_through' });
  });

  it('a stream and an error come as they are', async () => {
    const stream = await ask('/search/stream');
    expect([stream.headers.get('content-type'), await stream.text()]).toEqual(['text/event-stream', SSE]);
    const failed = await ask('/search/teapot');
    expect([failed.status, await failed.text()]).toEqual([418, '{"teapot":true}']);
  });

  it('a budget ends it, and a key that is kept to models has none of it', async () => {
    const key = await newKey({ max_budget: 0.5 });
    const statuses: number[] = [];
    for (let call = 0; call < 3; call += 1) statuses.push((await ask('/search', {}, key)).status);
    expect(statuses).toEqual([200, 200, 422]);
    expect((await ask('/search', {}, await newKey({ models: ['own'] }))).status).toBe(403);
    expect((await ask('/search', {}, await newKey({ models: ['pass_through/*'] }))).status).toBe(200);
  });

  it('what a provider would be asked can be seen, but for its credential', async () => {
    const request_body = { model: 'own', messages: [{ role: 'user', content: 'Hi' }] };
    const body = JSON.stringify({ call_type: 'completion', request_body });
    const response = await ask('/utils/transform_request', { method: 'POST', headers: json, body });
    const shown = (await response.json()) as { raw_request_api_base: string; raw_request_body: object };
    expect(shown.raw_request_api_base).toMatch(/\/v1\/chat\/completions$/);
    expect(shown.raw_request_body).toEqual(request_body);
    expect(JSON.stringify(shown)).not.toContain('sk-of-the-target');
    const parameters = await (await ask('/utils/supported_openai_params?model=own')).json();
    expect(parameters).toMatchObject({
      supported_openai_params: expect.arrayContaining(['seed']) as unknown,
    });
  });

  it('a provider’s own API is below its name', async () => {
    const response = await ask('/openai/v1/unheard/of?a=1', { method: 'PATCH', body: 'x' });
    expect(Buffer.from(await response.arrayBuffer())).toEqual(BIN);
    expect(target.seen.at(-1)).toMatchObject({
      method: 'PATCH',
      url: '/v1/unheard/of?a=1',
      headers: { authorization: 'Bearer sk-of-the-target' },
      body: 'x',
    });
  });

  it('a spent budget ends it too, whatever is asked for', async () => {
    const key = await newKey({ max_budget: 0.25 });
    expect((await ask('/search', {}, key)).status).toBe(200);
    const model = { method: 'POST', headers: json, body: '{"model":"unheard-of","messages":[]}' };
    expect((await ask('/openai/v1/chat/completions', model, key)).status).toBe(422);
    expect((await ask('/openai/v1/files', {}, key)).status).toBe(422);
  });

  it('one that the config does not have needs its variables alone', async () => {
    expect((await ask('/mistral/v1/unheard')).status).toBe(200);
    expect(target.seen.at(-1)).toMatchObject({
      url: '/v1/unheard',
      headers: { authorization: 'Bearer sk-of-mistral' },
    });
  });
}

describeBothModes('other APIs through the gateway', describeOwnApis);
