import type { FaultLab } from '@tollgate/testing';
import { MASTER_KEY, json } from '../e2e/_seed.js';
import { TOOL, TOOL_RESULT, type Client, type Place, type Refusal } from './client.js';
import { CLIENTS } from './clients.js';
import { CHAT_MODELS, VECTOR_MODELS } from './providers.js';
import { vectorOf } from './vectors-provider.js';

export interface Subject {
  readonly url: string;
  readonly lab: FaultLab;
}

const TEXTS = ['gate', 'a toll'];
const PROMPT = 'Say hello to the gate';

async function collect(pieces: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const piece of pieces) if (piece !== '') all.push(piece);
  return all;
}

/** What users of each client do, in either mode; `subject` starts the system once. */
export function describeClients(subject: () => Subject): void {
  let pennilessKey = '';
  const at = (model: string, apiKey = MASTER_KEY): Place => ({ url: subject().url, apiKey, model });

  beforeAll(async () => {
    const response = await fetch(`${subject().url}/key/generate`, {
      method: 'POST',
      headers: { ...json, authorization: `Bearer ${MASTER_KEY}` },
      body: JSON.stringify({ max_budget: 0.000001 }),
    });
    pennilessKey = ((await response.json()) as { key: string }).key;
  });

  beforeEach(() => {
    subject().lab.reset();
    subject().lab.script('limited', [{ status: 429 }]);
    subject().lab.script('broken', [{ tokens: 200, resetAfterBytes: 3_000 }]);
  });

  const refusals: Readonly<Record<Refusal, () => Place>> = {
    wrongKey: () => at('at-openai', 'sk-wrong-key-000000'),
    unknownModel: () => at('no-such-model'),
    overBudget: () => at('at-openai', pennilessKey),
    rateLimited: () => at('limited'),
  };

  describe.each(CLIENTS.map((client): [string, Client] => [client.name, client]))('%s', (_name, client) => {
    describe.each(Object.keys(CHAT_MODELS))('%s', (model) => {
      const greeting = `Hello from the fault lab. You said: ${PROMPT}`;

      it('gets a text', async () => {
        expect(await client.text(at(model), PROMPT)).toBe(greeting);
      });

      it('gets a text in pieces', async () => {
        const pieces = await collect(client.stream(at(model), PROMPT));
        expect(pieces.length).toBeGreaterThan(1);
        expect(pieces.join('')).toBe(greeting);
      });

      it.each([false, true])(
        'is asked to call a tool, and answers its result (stream: %s)',
        async (stream) => {
          expect(await client.toolRound(at(model), `Please call ${TOOL.name}`, stream)).toEqual({
            ...{ name: TOOL.name, arguments: { city: 'sample' } },
            text: expect.stringContaining(TOOL_RESULT),
          });
        },
      );
    });

    const { list, count, embed } = client;
    if (list !== undefined)
      it('lists what there is', async () => {
        expect(await list(at(''))).toEqual(expect.arrayContaining(Object.keys(CHAT_MODELS)));
      });

    if (count !== undefined)
      it.each(Object.keys(CHAT_MODELS))('counts the tokens of a prompt for %s', async (model) => {
        expect(await count(at(model), PROMPT)).toBeGreaterThan(0);
      });

    if (embed !== undefined)
      it.each(Object.keys(VECTOR_MODELS))('gets vectors of texts from %s', async (model) => {
        expect(await embed(at(model), TEXTS)).toEqual(TEXTS.map(vectorOf));
      });

    describe.each(Object.keys(refusals) as Refusal[])('%s', (refusal) => {
      it.each([false, true])('is shown to its user (stream: %s)', async (stream) => {
        const place = refusals[refusal]();
        const answer = stream ? collect(client.stream(place, PROMPT)) : client.text(place, PROMPT);
        const error: unknown = await answer.then(String, (thrown: unknown) => thrown);
        expect(error).toBeInstanceOf(client.errors[refusal].type);
        expect(error).toMatchObject(client.errors[refusal].fields);
      });
    });

    it('shows its user that a stream broke off', async () => {
      await expect(collect(client.stream(at('broken'), PROMPT))).rejects.toThrow('The answer broke off');
    });
  });
}
