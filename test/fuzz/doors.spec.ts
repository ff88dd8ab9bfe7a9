import fc from 'fast-check';
import { Client, errors } from 'undici';
import { MASTER_KEY, startIngress, type Harness } from '../../apps/ingress/src/_harness.js';
import { DOORS, type DoorSample } from './doors.js';
import { replyAt, type ReplyCase } from './replies.js';
import { TIME_LIMIT_MS, runCases } from './run-cases.js';
import { providersOf, workerFrames } from './scripted-worker.js';
import { damaged, edited, jsonBytes, spoiling, splits, type Spoiling } from './spoil.js';
import { checkAnswer, type SeenAnswer } from './well-formed.js';

let ingress: Harness;
let client: Client;
beforeAll(async () => {
  ingress = await startIngress({ maxRequestBytes: 200_000 });
  client = new Client(ingress.url);
});
afterAll(async () => {
  await client.close();
  await ingress.close();
});

const statuses = fc.oneof(
  { weight: 9, arbitrary: fc.constant(200) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(201, 204, 302, 400, 401, 403, 404, 408, 413, 422, 429, 503, 529, 600),
  },
);

const contentTypes = fc.constantFrom(
  ...['application/json', 'application/json; charset=latin1', 'APPLICATION/JSON', 'text/plain', '', 'a'],
  ...[
    'multipart/form-data',
    'multipart/form-data; boundary=',
    'multipart/form-data; boundary=xx',
    '*/*; q=é',
  ],
);

const plainText = fc.string({ unit: 'grapheme-ascii', maxLength: 30 });

const header: fc.Arbitrary<readonly [string, string]> = fc.oneof(
  fc.tuple(fc.constant('content-type'), contentTypes),
  fc.tuple(fc.constant('content-encoding'), fc.constantFrom('identity', 'gzip')),
  fc.tuple(
    fc.constantFrom('x-litellm-timeout', 'x-litellm-num-retries'),
    fc.constantFrom('1', '0', '-1', '1e9'),
  ),
  fc.tuple(
    fc.constantFrom(
      ...['accept', 'anthropic-version', 'anthropic-beta', 'openai-beta', 'user-agent', 'traceparent'],
      ...['x-litellm-tags', 'x-litellm-call-id', 'x-session-id', 'x-litellm-timeout', 'x-new-feature'],
    ),
    plainText,
  ),
);

const headers = fc
  .oneof(
    { weight: 2, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(header, { minLength: 1, maxLength: 2 }) },
  )
  .map((entries) => Object.fromEntries(entries));

const reply: fc.Arbitrary<ReplyCase> = fc.record({
  status: statuses,
  contentType: fc.oneof({ weight: 9, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: contentTypes }),
  spoiling,
  chunks: spoiling,
  sizes: splits,
  isContrary: fc.nat(9).map((dice) => dice === 0),
});

type DoorCase = typeof cases extends fc.Arbitrary<infer Case> ? Case : never;

const cases = fc.record({
  // By its place: a case that fails is printed whole.
  place: fc.nat(DOORS.length - 1),
  request: spoiling,
  headers,
  provider: fc.nat(),
  dropParams: fc.boolean(),
  reply,
});

const BOUNDARY = 'form-boundary';

function bytesOf({ body, isForm }: DoorSample, spoilt: Spoiling): Buffer {
  const value = edited(body, spoilt);
  if (!isForm) return damaged(jsonBytes(value), spoilt);
  const part = (name: string, text: string, more = ''): string =>
    `--${BOUNDARY}\r\ncontent-disposition: form-data; name="${name}"${more}\r\n\r\n${text}\r\n`;
  const fields = Object.entries(value ?? {}).map(([name, each]) => part(name, jsonBytes(each).toString()));
  const files = ['file', 'image'].map((name) => part(name, '\0\xff', '; filename="a.bin"'));
  return damaged(Buffer.from([...fields, ...files, `--${BOUNDARY}--\r\n`].join('')), spoilt);
}

/** null: the connection was cut, which is how an answer breaks off that has no place for an error. */
async function ask(
  { path, isForm }: DoorSample,
  body: Buffer,
  added: Record<string, string>,
): Promise<SeenAnswer | null> {
  const type = isForm ? `multipart/form-data; boundary=${BOUNDARY}` : 'application/json';
  const all = { authorization: `Bearer ${MASTER_KEY}`, 'content-type': type, ...added };
  try {
    const response = await client.request({ method: 'POST', path, body, headers: all });
    const { statusCode: status, headers: answered } = response;
    return { status, contentType: String(answered['content-type']), body: await response.body.text() };
  } catch (cause) {
    if (cause instanceof errors.SocketError) return null;
    throw cause;
  }
}

async function checkCase({ place, request, headers: added, provider, dropParams, reply: replied }: DoorCase) {
  const { bus } = ingress;
  const door = DOORS[place]!;
  const able = providersOf(door.dialect);
  const replyTo = (path: string, wantsStream: boolean) => replyAt(path, wantsStream, replied);
  const script = { provider: able[provider % able.length]!, dropParams, replyTo };
  const body = bytesOf(door, request);
  bus.frames = () => workerFrames(bus.calls.at(-1)!.header, body, script);
  const answer = await ask(door, body, added);
  const isNative = bus.calls.at(-1)?.header.native !== undefined;
  bus.calls.length = 0;
  if (answer === null) expect(isNative).toBe(true);
  else checkAnswer(answer, door.dialect, isNative);
}

function forget(): void {
  const { bus, state } = ingress;
  for (const list of [bus.asked, bus.published, bus.recorded, state.admitted, state.settled]) list.length = 0;
  state.texts.clear();
}

it(
  'every door answers, or refuses in its own words, whatever comes',
  () => runCases(cases, checkCase, forget),
  TIME_LIMIT_MS,
);
