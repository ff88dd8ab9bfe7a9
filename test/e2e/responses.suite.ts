import OpenAI from 'openai';
import type { Subject } from './gateway.suite.js';
import { MASTER_KEY } from './_seed.js';

/** OpenAI's Responses in front of a provider of another dialect. */
export function describeResponses(subject: () => Subject): void {
  const openai = (): OpenAI =>
    new OpenAI({ baseURL: `${subject().url}/v1`, apiKey: MASTER_KEY, maxRetries: 0 });

  describe('responses of a provider that has none', () => {
    const model = 'chat-quality';

    beforeEach(() => {
      subject().lab.reset();
    });

    it('are answered, kept, gone on from and deleted', async () => {
      const client = openai();
      const first = await client.responses.create({ model, input: 'Say hello to the gate' });
      expect(first).toMatchObject({ model, status: 'completed' });
      expect(first.output_text).toMatch(/\S/);
      expect(first.usage?.total_tokens).toBeGreaterThan(0);
      const stream = client.responses.stream({ model, input: 'And again', previous_response_id: first.id });
      const numbers: number[] = [];
      for await (const event of stream) numbers.push(event.sequence_number);
      expect(numbers).toEqual([...numbers.keys()]);
      const second = await stream.finalResponse();
      expect(second.output_text).toMatch(/\S/);
      const items = (await client.responses.inputItems.list(second.id, { order: 'asc' })).data;
      expect(items).toMatchObject([{ role: 'user' }, { role: 'assistant' }, { role: 'user' }]);
      await client.responses.delete(first.id);
      await expect(client.responses.retrieve(first.id)).rejects.toMatchObject({ status: 404 });
    });

    it('call tools and go on with their results', async () => {
      const tool = {
        type: 'function' as const,
        name: 'lookup',
        parameters: { type: 'object' },
        strict: false,
      };
      const called = await openai().responses.create({ model, tools: [tool], input: 'please call lookup' });
      const call = called.output.find((item) => item.type === 'function_call');
      expect(call).toMatchObject({ name: 'lookup', status: 'completed' });
      const answered = await openai().responses.create({
        ...{ model, tools: [tool], previous_response_id: called.id },
        input: [{ type: 'function_call_output', call_id: call?.call_id ?? '', output: '42' }],
      });
      expect(answered.output_text).toMatch(/\S/);
    });

    it('name the field that a chat has no place for', async () => {
      await expect(openai().responses.create({ model, input: 'x', background: true })).rejects.toMatchObject({
        status: 400,
        param: 'background',
      });
    });
  });
}
