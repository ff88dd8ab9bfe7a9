import { createHash } from 'node:crypto';
import type { FaultLab } from '@tollgate/testing';
import type { Caller } from './caller.js';
import { labModelOf } from './backs.js';
import type { Ask, Said } from './front.js';
import { isSilent, isWithoutIds } from './limits.js';

const ECHO = 'Hello from the fault lab. You said: ';
const THOUGHT = 'The person wrote something; a short echo will do. ';
/** One pixel. */
const IMAGE = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII=';
const IMAGE_NAME = createHash('sha256').update(Buffer.from(IMAGE, 'base64')).digest('hex').slice(0, 8);

type Feature = (caller: Caller, lab: FaultLab) => Promise<void>;

/** What is asked, whole and streamed, and what is to be heard; `seen` is what the provider was asked. */
const both =
  (ask: Omit<Ask, 'stream'>, heard: (said: Said, caller: Caller, seen: string) => void): Feature =>
  async (caller, lab) => {
    for (const stream of [false, true]) {
      const { said } = await caller.hears(caller.asks({ ...ask, stream }));
      heard(said, caller, String(lab.lastRequests.at(-1)?.body));
    }
  };

function isText(said: Said, { front }: Caller, text: string): void {
  expect({ text: said.text, calls: said.calls, stop: said.stop }).toEqual({
    ...{ text, calls: [] },
    stop: front.stops.text,
  });
}

/** Calls each tool by name, and is told what they said. */
const calling =
  (tools: readonly string[]): Feature =>
  async (caller) => {
    const text = tools.map((name) => `call ${name}`).join(' and ');
    const { said: streamed } = await caller.hears(caller.asks({ text, tools, stream: true }));
    const request = caller.asks({ text, tools, stream: false });
    const { said, answer } = await caller.hears(request);
    for (const { calls, stop } of [streamed, said]) {
      expect(calls.map((call) => [call.name, call.arguments])).toEqual(
        tools.map((name) => [name, { city: 'sample' }]),
      );
      expect(calls.map(({ id }) => id !== '')).toEqual(
        tools.map(() => !isWithoutIds(caller.front, caller.back)),
      );
      expect(stop).toEqual(caller.front.stops.tools);
    }
    const { said: last } = await caller.hears(caller.front.goOn(request, answer, 'Sunny'));
    expect(last.text).toContain('The tool said: ');
    expect(last.text).toContain('Sunny');
    expect(last.stop).toEqual(caller.front.stops.text);
  };

const refused: Feature = async (caller, lab) => {
  lab.script(labModelOf(caller.back), [{ status: 429, headers: { 'retry-after': '7' } }]);
  for (const stream of [false, true]) {
    const response = await caller.send(caller.asks({ text: 'Hi', stream }));
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '7']);
    expect(await response.json()).toMatchObject(caller.front.refusal);
  }
};

/** The connection is reset, the stream ends too early, or the provider says that it failed. */
const cut: Feature = async (caller, lab) => {
  const faults = [{ resetAfterBytes: 4000 }, { noFinish: true }, { errorEventAt: 20 }];
  for (const fault of faults) {
    lab.script(labModelOf(caller.back), [{ tokens: 200, chunkDelayMs: 1, ...fault }]);
    const { events, row } = await caller.listens({ text: 'Hi', stream: true });
    const isError = events.map((event) => caller.front.isErrorEvent(event));
    expect(isError).toEqual([...events.slice(1).map(() => false), true]);
    expect(events.filter((event) => caller.front.isCleanEnd(event))).toEqual([]);
    expect(row.metadata).toMatchObject({ tollgate_status: 'partial' });
    for (const count of [row.prompt_tokens, row.completion_tokens]) expect(count).toBeGreaterThan(0);
  }
};

/** What every dialect of a caller is to get from every provider. */
export const FEATURES = {
  text: async (caller) => {
    const { said } = await caller.hears(caller.asks({ text: 'Hi', stream: false }));
    isText(said, caller, `${ECHO}Hi`);
  },
  stream: async (caller) => {
    const { said } = await caller.hears(caller.asks({ text: 'Hi', stream: true }));
    isText(said, caller, `${ECHO}Hi`);
  },
  tools: calling(['weather']),
  'parallel tools': calling(['weather', 'time']),
  image: both({ text: 'Look', image: IMAGE }, (said, caller) =>
    isText(said, caller, `${ECHO}Look I see ${IMAGE_NAME}.`),
  ),
  'JSON schema': both({ text: 'Plan', isStructured: true }, (said, caller) => {
    expect(JSON.parse(said.text)).toEqual({ city: 'sample', days: 1 });
    expect([said.calls, said.stop]).toEqual([[], caller.front.stops.text]);
  }),
  reasoning: both({ text: 'Think', isReasoned: true }, (said, caller, seen) => {
    isText(said, caller, `${ECHO}Think`);
    const { front, back } = caller;
    expect(said.thoughts).toBe(isSilent(front, back) ? '' : THOUGHT);
    expect(seen).toMatch(back.effort);
  }),
  'sealed thoughts': async (caller, lab) => {
    const request = caller.asks({
      text: 'call weather',
      tools: ['weather'],
      isReasoned: true,
      stream: false,
    });
    const { answer } = await caller.hears(request);
    const { said } = await caller.hears(caller.front.goOn(request, answer, 'Sunny'));
    expect(said.text).toContain('Sunny');
    const { seal = '' } = caller.back;
    expect(String(lab.lastRequests.at(-1)?.body)).toContain(seal);
  },
  error: refused,
  'cut stream': cut,
} as const satisfies Readonly<Record<string, Feature>>;

export const ALL_FEATURES = Object.keys(FEATURES) as readonly (keyof typeof FEATURES)[];
