import OpenAI from 'openai';
import { findKey } from '@tollgate/contracts';
import { codecOf, type Front, type Json } from '@tollgate/dialects';
import type { ResponseFrame } from '@tollgate/bus';
import {
  END,
  HEAD,
  MASTER_KEY,
  SSE_HEAD,
  VIRTUAL_KEY,
  data,
  foundKey,
  startIngress,
  type Harness,
} from '../_harness.js';

const { front } = codecOf('openai-responses') as { front: Required<Front> };

let ingress: Harness;
let client: OpenAI;
beforeEach(async () => {
  ingress = await startIngress();
  client = clientOf(MASTER_KEY);
});
afterEach(() => ingress.close());

const clientOf = (apiKey: string): OpenAI =>
  new OpenAI({ apiKey, baseURL: `${ingress.url}/v1`, maxRetries: 0 });

const message = {
  role: 'assistant',
  content: 'Four.',
  thinking_blocks: [{ type: 'thinking', thinking: 'hm', signature: 'E' }],
};
const model = 'chat-default';
const options = { model, created: 1, includeUsage: true, request: {} };
const usage = { prompt_tokens: 5, completion_tokens: 2 };

/** What a worker sends for a chat provider's answer. */
function answerWith(said: Json = message): void {
  const choices = [{ message: said, finish_reason: 'stop' }];
  ingress.bus.frames = () =>
    framesOf(HEAD, JSON.stringify(front.fromCanonical({ id: 'c', choices, usage }, options)));
}

function streamAnswer(said: Json = message): void {
  const encoder = front.stream(options);
  const chunks = [{ choices: [{ index: 0, delta: said, finish_reason: 'stop' }] }, { choices: [], usage }];
  const parts = [...chunks.map((chunk) => encoder.push(chunk)), encoder.end()].filter(
    (part) => part !== null,
  );
  ingress.bus.frames = () => framesOf(SSE_HEAD, ...parts.map((part) => Buffer.from(part).toString()));
}

async function* framesOf(head: typeof HEAD, ...texts: string[]): AsyncGenerator<ResponseFrame> {
  yield { type: 'head', head };
  // In small pieces, as nothing says where a frame ends.
  for (const text of texts)
    for (let at = 0; at < text.length; at += 500) yield data(text.slice(at, at + 500));
  yield END;
}

const sent = (): Json => JSON.parse(ingress.bus.calls.at(-1)?.body ?? '{}') as Json;

describe('responses', () => {
  it('are kept until they are deleted, with what led to them', async () => {
    answerWith();
    const created = await client.responses.create({ model, input: '2+2?' });
    expect(created.output_text).toBe('Four.');
    const kept = await client.responses.retrieve(created.id);
    expect(kept).toMatchObject({ id: created.id, status: 'completed', output: created.output });
    expect((await client.responses.inputItems.list(created.id)).data).toMatchObject([
      { type: 'message', role: 'user', content: [{ type: 'input_text', text: '2+2?' }] },
    ]);
    await expect(client.responses.cancel(created.id)).rejects.toMatchObject({ status: 400 });
    await client.responses.delete(created.id);
    await expect(client.responses.retrieve(created.id)).rejects.toMatchObject({ status: 404 });
    await expect(client.responses.delete(created.id)).rejects.toMatchObject({ status: 404 });
  });

  it('go on from an earlier one, streamed or not, on whichever provider answers next', async () => {
    streamAnswer();
    const stream = client.responses.stream({ model, input: '2+2?', instructions: 'Be brief.' });
    const first = await stream.finalResponse();
    answerWith({ role: 'assistant', content: 'Eight.' });
    const second = await client.responses.create({ model, input: 'Twice?', previous_response_id: first.id });
    expect(sent()).toEqual({
      model,
      input: [
        { type: 'message', role: 'user', content: [{ type: 'input_text', text: '2+2?' }] },
        { type: 'reasoning', summary: [{ type: 'summary_text', text: 'hm' }], encrypted_content: 'E' },
        { type: 'message', role: 'assistant', content: [expect.objectContaining({ text: 'Four.' })] },
        { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Twice?' }] },
      ],
    });
    await client.responses.create({ model, input: 'And again?', previous_response_id: second.id });
    expect(sent()['input']).toHaveLength(6);
    expect(await client.responses.retrieve(second.id)).toMatchObject({ previous_response_id: first.id });
    const page = await client.responses.inputItems.list(second.id, { limit: 3 });
    expect([page.data.length, page.has_more]).toEqual([3, true]);
    const next = await client.responses.inputItems.list(second.id, { after: page.data.at(-1)?.id ?? '' });
    expect(next.data).toMatchObject([{ role: 'user', content: [{ text: '2+2?' }] }]);
  });

  it('do not grow into a request that is longer than one may be', async () => {
    answerWith();
    const text = 'a'.repeat(600_000);
    const first = await client.responses.create({ model, input: text });
    await expect(
      client.responses.create({ model, input: text, previous_response_id: first.id }),
    ).rejects.toMatchObject({ status: 413 });
  });

  it('give what an item reference means', async () => {
    answerWith();
    const { output } = await client.responses.create({ model, input: '2+2?' });
    const reference = { type: 'item_reference' as const, id: output[1]?.id ?? '' };
    await client.responses.create({ model, input: [reference, { role: 'user', content: 'Why?' }] });
    expect(sent()['input']).toMatchObject([
      { type: 'message', role: 'assistant', content: [{ text: 'Four.' }] },
      { role: 'user', content: 'Why?' },
    ]);
  });

  it('are not kept where that is not wanted, nor where the provider keeps its own', async () => {
    answerWith();
    await client.responses.create({ model, input: '2+2?', store: false });
    ingress.bus.frames = () =>
      framesOf(HEAD, JSON.stringify({ id: 'resp_abc', object: 'response', output: [] }));
    await client.responses.create({ model, input: '2+2?', previous_response_id: 'resp_xyz' });
    expect(sent()['previous_response_id']).toBe('resp_xyz');
    expect([...ingress.state.texts.keys()]).toEqual([expect.stringMatching(/^response-owner:.*:resp_abc$/)]);
  });

  it('are answered when shared state is away', async () => {
    answerWith();
    ingress.state.keepText = () => Promise.reject(new Error('away'));
    expect((await client.responses.create({ model, input: '2+2?' })).output_text).toBe('Four.');
  });

  it("are nobody's but their own tenant's", async () => {
    answerWith();
    const teams: Readonly<Record<string, string | null>> = {
      [VIRTUAL_KEY]: 'blue',
      [`${VIRTUAL_KEY}2`]: 'blue',
    };
    const hashes = new Map<string, { teamId: string | null }>();
    ingress.bus.reply(findKey, ({ hash }) => {
      const known = hashes.get(hash) ?? { teamId: Object.values(teams)[hashes.size] ?? null };
      hashes.set(hash, known);
      return foundKey({ hash, ...known });
    });
    const [one, colleague, stranger] = [VIRTUAL_KEY, `${VIRTUAL_KEY}2`, `${VIRTUAL_KEY}3`].map(clientOf);
    const { id } = await one!.responses.create({ model, input: '2+2?' });
    expect((await colleague!.responses.retrieve(id)).id).toBe(id);
    await expect(stranger!.responses.retrieve(id)).rejects.toMatchObject({ status: 404 });
    await expect(stranger!.responses.delete(id)).rejects.toMatchObject({ status: 404 });
    await expect(
      stranger!.responses.create({ model, input: 'And?', previous_response_id: id }),
    ).rejects.toMatchObject({
      status: 400,
      code: 'previous_response_not_found',
      param: 'previous_response_id',
    });
  });

  it.each([true, false])(
    'of a provider’s own are for who got them to go on from (stream: %s)',
    async (isStream) => {
      const kept = { id: 'resp_abc', object: 'response', status: 'completed', output: [] };
      const event = { type: 'response.created', response: { ...kept, status: 'in_progress' } };
      ingress.bus.reply(findKey, ({ hash }) => foundKey({ hash }));
      ingress.bus.frames = () =>
        isStream
          ? framesOf(SSE_HEAD, `event: response.created\ndata: ${JSON.stringify(event)}\n\n`)
          : framesOf(HEAD, JSON.stringify(kept));
      const [owner, stranger] = [VIRTUAL_KEY, `${VIRTUAL_KEY}3`];
      const ask = async (key: string, more: object = {}): Promise<number> => {
        const authorization = `Bearer ${key}`;
        const response = await ingress.post(
          '/v1/responses',
          { model, input: 'Hi', ...more },
          { authorization },
        );
        await response.text();
        return response.status;
      };
      const next = { previous_response_id: 'resp_abc' };
      expect([await ask(owner), await ask(owner, next), await ask(stranger, next)]).toEqual([200, 200, 400]);
    },
  );
});
