import { crc32 } from 'node:zlib';
import { startFaultLab, type FaultLab } from './fault-lab.js';

type Json = Record<string, unknown>;

let lab: FaultLab;
beforeAll(async () => {
  lab = await startFaultLab();
});
afterAll(() => lab.close());

const messages = [{ role: 'user', content: [{ text: 'Hi' }] }];
const toolSpec = {
  name: 'weather',
  inputSchema: { json: { type: 'object', properties: { city: { type: 'string' } } } },
};

async function post(path: string, body: object): Promise<Buffer> {
  const response = await fetch(lab.url + path, { method: 'POST', body: JSON.stringify(body) });
  return Buffer.from(await response.arrayBuffer());
}

const json = (bytes: Buffer): Json => JSON.parse(bytes.toString()) as Json;

/** The messages of a stream by their types. Throws where a checksum is wrong or a message is not whole. */
function messagesOf(bytes: Buffer): [type: string, payload: Json][] {
  if (bytes.length === 0) return [];
  const [size, headerSize] = [bytes.readUInt32BE(0), bytes.readUInt32BE(4)];
  expect(crc32(bytes.subarray(0, 8))).toBe(bytes.readUInt32BE(8));
  expect(crc32(bytes.subarray(0, size - 4))).toBe(bytes.readUInt32BE(size - 4));
  const headers = bytes.toString('utf8', 12, 12 + headerSize);
  const type = /:(?:event|exception)-type[^a-zA-Z]+([a-zA-Z]+)/.exec(headers)?.[1] ?? '';
  const payload = json(bytes.subarray(12 + headerSize, size - 4));
  return [[type, payload], ...messagesOf(bytes.subarray(size))];
}

describe('Converse', () => {
  const ofThinking = { additionalModelRequestFields: { thinking: { type: 'enabled', budget_tokens: 1024 } } };

  it('streams its events in order, thinking first, usage last', async () => {
    const bytes = await post('/model/demo%3A0/converse-stream', { messages, ...ofThinking });
    const events = messagesOf(bytes);
    const kinds = events.map(([type]) => type).filter((type, at, all) => type !== all[at - 1]);
    const block = ['contentBlockDelta', 'contentBlockStop'];
    expect(kinds).toEqual(['messageStart', ...block, ...block, 'messageStop', 'metadata']);
    expect(events[1]?.[1]).toMatchObject({ delta: { reasoningContent: { text: 'The ' } } });
    expect(events.at(-1)?.[1]).toMatchObject({ usage: { inputTokens: 1, outputTokens: 22 } });
  });

  it('says that it calls a tool in words of its own, whole and by fragments', async () => {
    const request = { messages, toolConfig: { tools: [{ toolSpec }], toolChoice: { any: {} } } };
    expect(json(await post('/model/demo/converse', request))).toMatchObject({
      output: { message: { content: [{ toolUse: { name: 'weather', input: { city: 'sample' } } }] } },
      stopReason: 'tool_use',
    });
    const events = messagesOf(await post('/model/demo/converse-stream', request)).map(([, event]) => event);
    const parts = events.map((event) => event['delta'] as { toolUse?: { input: string } } | undefined);
    expect(parts.map((part) => part?.toolUse?.input ?? '').join('')).toBe('{"city":"sample"}');
  });

  it('answers in JSON of the schema that is asked for, and says which image came', async () => {
    const schema = JSON.stringify(toolSpec.inputSchema.json);
    const outputConfig = { textFormat: { type: 'json_schema', structure: { jsonSchema: { schema } } } };
    const structured = await post('/model/demo/converse', { messages, outputConfig });
    expect(structured.toString()).toContain('{\\"city\\":\\"sample\\"}');
    const image = { format: 'png', source: { bytes: Buffer.from('hello').toString('base64') } };
    const seeing = [{ role: 'user', content: [{ text: 'Look' }, { image }] }];
    expect((await post('/model/demo/converse', { messages: seeing })).toString()).toContain(
      'I see 2cf24dba.',
    );
  });

  it('fails in the middle of a message, of bytes that are no JSON, and with an exception', async () => {
    const spoilt = (fault: string): Promise<Buffer> =>
      post(`/model/demo%3F${fault}=3/converse-stream`, { messages });
    const whole = await post('/model/demo/converse-stream', { messages });
    const cut = await spoilt('truncatedChunkAt');
    expect(cut.equals(whole.subarray(0, cut.length))).toBe(true);
    await expect(spoilt('truncatedChunkAt').then(messagesOf)).rejects.toThrow();
    await expect(spoilt('malformedChunkAt').then(messagesOf)).rejects.toThrow('JSON');
    expect(messagesOf(await spoilt('errorEventAt')).at(-1)).toEqual([
      'modelStreamErrorException',
      { message: 'The fault lab was told to fail' },
    ]);
    expect(json(await post('/model/demo%3Fstatus=429/converse', { messages }))).toEqual({
      message: 'The fault lab says 429',
    });
  });
});

describe('Claude on Bedrock', () => {
  it('streams Anthropic’s events in wrappings, and answers without them', async () => {
    const request = { messages: [{ role: 'user', content: 'Hi' }], max_tokens: 99 };
    const events = messagesOf(await post('/model/claude/invoke-with-response-stream', request));
    const unwrapped = events.map(([, { bytes }]) => json(Buffer.from(String(bytes), 'base64'))['type']);
    expect([unwrapped[0], unwrapped.at(-1)]).toEqual(['message_start', 'message_stop']);
    expect(json(await post('/model/claude/invoke', request))).toMatchObject({
      content: [{ text: 'Hello from the fault lab. You said: Hi' }],
    });
  });
});
