import { startFaultLab, type FaultLab } from './fault-lab.js';

type Json = Record<string, unknown>;

let lab: FaultLab;
beforeAll(async () => {
  lab = await startFaultLab();
});
afterAll(() => lab.close());

const tools = [
  { type: 'function', name: 'weather', parameters: { properties: { city: { type: 'string' } } } },
];

async function post(body: object): Promise<string> {
  const request = { method: 'POST', body: JSON.stringify({ model: 'demo', ...body }) };
  return (await fetch(`${lab.url}/v1/responses`, request)).text();
}

const json = async (body: object): Promise<Json> => JSON.parse(await post(body)) as Json;

async function events(body: object): Promise<Json[]> {
  const text = await post({ ...body, stream: true });
  return [...text.matchAll(/^data: (.*)$/gm)].map(([, data]) => JSON.parse(data ?? '') as Json);
}

describe('Responses', () => {
  it('answers an input, whatever its form, and counts', async () => {
    const message = { role: 'user', content: [{ type: 'input_text', text: 'Hi' }] };
    for (const input of ['Hi', [message]])
      expect(await json({ input })).toMatchObject({
        status: 'completed',
        output: [{ type: 'message', content: [{ text: 'Hello from the fault lab. You said: Hi' }] }],
        usage: { input_tokens: 1, output_tokens: 10, total_tokens: 11 },
      });
  });

  it('streams numbered events whose deltas make the answer of the last', async () => {
    const streamed = await events({ input: 'Hi', reasoning: { effort: 'low' } });
    expect(streamed.map((event) => event['sequence_number'])).toEqual([...streamed.keys()]);
    const said = (type: string): string =>
      streamed.map((event) => (event['type'] === type ? String(event['delta']) : '')).join('');
    const text = said('response.output_text.delta');
    const thoughts = said('response.reasoning_summary_text.delta');
    expect(streamed.at(-1)).toMatchObject({
      type: 'response.completed',
      response: {
        output: [{ type: 'reasoning', summary: [{ text: thoughts }] }, { content: [{ text }] }],
        usage: { output_tokens: 22, output_tokens_details: { reasoning_tokens: 13 } },
      },
    });
  });

  it('calls tools and says what they said', async () => {
    const called = await json({ input: 'call weather', tools });
    const call = (called['output'] as { call_id: string; arguments: string }[])[0];
    expect(called).toMatchObject({ output: [{ type: 'function_call', arguments: '{"city":"sample"}' }] });
    const result = { type: 'function_call_output', call_id: call?.call_id, output: 'Sunny' };
    const input = [{ role: 'user', content: 'call weather' }, call, result];
    expect(JSON.stringify(await json({ input, tools }))).toContain('The tool said: Sunny');
  });

  it('ends early where it may say no more, and with an error where it is told to', async () => {
    expect(await json({ input: 'Hi', max_output_tokens: 3 })).toMatchObject({
      status: 'incomplete',
      incomplete_details: { reason: 'max_output_tokens' },
    });
    const failed = await events({ model: 'demo?errorEventAt=4', input: 'Hi' });
    expect(failed.at(-1)).toMatchObject({ type: 'error', code: 'server_error' });
  });

  it('answers with JSON of a schema', async () => {
    const format = { type: 'json_schema', name: 'trip', schema: tools[0]?.parameters };
    expect(JSON.stringify(await json({ input: 'Plan', text: { format } }))).toContain('sample');
  });
});
