import type { Bus } from '@tollgate/bus';
import { bareDeployment } from '@tollgate/config';
import { GatewayError, NO_USAGE, type AttemptHeader, type CallHeader } from '@tollgate/contracts';
import type { Progress } from '@tollgate/providers';
import { StreamAllowance } from './allowance.js';
import { attemptPrice, reserve, type Reserved } from './reservation.js';

/** A prompt token costs 10, one of the answer 100. */
const priced = {
  ...bareDeployment({ id: 'd', group: 'chat', provider: 'openai', model: 'own-model' }),
  prices: { input: 10, output: 100 },
};

const headerOf = (call: Partial<CallHeader>): AttemptHeader =>
  ({
    call: { id: 'call', stream: false, inputTokens: 100, allowanceNanos: 101_000, ...call },
    role: 'primary',
    upstreamModel: 'own-model',
  }) as AttemptHeader;

const progress = (characters: number, usage: Progress['usage'] = null): Progress => ({
  usage,
  rawUsage: null,
  serviceTier: null,
  characters,
  responseId: null,
  finished: false,
});

/** What is held is what was asked for, at most so much; counts the questions. */
const busHolding = (most: number, questions: object[] = []): Bus =>
  ({
    request: async (_contract: unknown, question: { toNanos: number }) => {
      questions.push(question);
      return { heldNanos: Math.min(most, question.toNanos) };
    },
  }) as unknown as Bus;

describe('what is reserved for an attempt', () => {
  const of = async (
    call: Partial<CallHeader>,
    most = 0,
    questions: object[] = [],
    attempt: Partial<AttemptHeader> = {},
  ): Promise<Reserved> =>
    reserve(
      busHolding(most, questions),
      { ...headerOf({ reservedTokens: 1_000, ...call }), ...attempt },
      priced,
    );

  it('is taken as it is where it pays for what it was made for', async () => {
    const questions: object[] = [];
    expect(await of({}, 0, questions)).toMatchObject({ heldNanos: 101_000, maxOutputTokens: null });
    expect(questions).toEqual([]);
  });

  it('bounds an answer that comes whole where budgets could not pay for the longest', async () => {
    expect(await of({ isTight: true })).toMatchObject({ maxOutputTokens: 1_000 });
  });

  it('is raised for a deployment that is dearer than what it was made for', async () => {
    const questions: object[] = [];
    const call = { allowanceNanos: 11_000 };
    expect(await of(call, 200_000, questions)).toMatchObject({ heldNanos: 101_000, maxOutputTokens: null });
    expect(questions).toEqual([{ callId: 'call', toNanos: 101_000, force: false }]);
    // With less than that the answer has to be shorter.
    expect(await of(call, 51_000)).toMatchObject({ heldNanos: 51_000, maxOutputTokens: 500 });
    await expect(of(call, 1_050)).resolves.toMatchObject({ maxOutputTokens: 100 });
  });

  it('refuses what cannot pay for a token of each answer', async () => {
    await expect(of({ allowanceNanos: 1_050 })).rejects.toMatchObject({ code: 'budget_exceeded' });
    await expect(of({ allowanceNanos: 1_500, answers: 6 })).rejects.toMatchObject({
      code: 'budget_exceeded',
    });
    expect(await of({ allowanceNanos: 1_500, answers: 5, reservedTokens: 5 })).toMatchObject({
      maxOutputTokens: null,
    });
  });

  it('of a stream keeps it within what its budgets could pay, unless it may finish anyway', async () => {
    const call = { stream: true, allowanceNanos: 31_000, reservedTokens: 300, ceilingNanos: 51_000 };
    expect(await of(call)).toMatchObject({ maxOutputTokens: 500 });
    expect(await of({ ...call, onStreamOverrun: 'finish' })).toMatchObject({ maxOutputTokens: null });
  });

  it('is what earlier attempts have left of it, and raised by what they were billed', async () => {
    const questions: object[] = [];
    const second = { spentNanos: 1_000 };
    expect(await of({}, 101_000, questions, second)).toMatchObject({
      heldNanos: 101_000,
      maxOutputTokens: null,
    });
    expect(questions).toEqual([{ callId: 'call', toNanos: 101_000, force: false }]);
    expect(await of({}, 0, [], second)).toMatchObject({ heldNanos: 100_000, maxOutputTokens: 990 });
    await expect(of({}, 0, [], { spentNanos: 200_000 })).rejects.toMatchObject({ code: 'budget_exceeded' });
    const stream = { stream: true, allowanceNanos: 31_000, reservedTokens: 300, ceilingNanos: 51_000 };
    expect(await of(stream, 31_000, [], second)).toMatchObject({ maxOutputTokens: 490 });
  });

  it('of a hedge comes on top of what it runs beside, or it is not made', async () => {
    const questions: object[] = [];
    const hedge = { role: 'hedge' as const };
    expect(await of({}, 202_000, questions, hedge)).toMatchObject({
      heldNanos: 101_000,
      besideNanos: 101_000,
    });
    expect(questions).toEqual([{ callId: 'call', toNanos: 202_000, force: false }]);
    await expect(of({}, 201_000, [], hedge)).rejects.toMatchObject({ code: 'budget_exceeded' });
  });

  it.each(['service_unavailable', 'internal'] as const)(
    'is taken as given when %s says nobody can be asked, where calls go on without',
    async (code) => {
      const error = new GatewayError(code, 'away');
      const bus = { request: () => Promise.reject(error) } as unknown as Bus;
      const asked = (onStateDown: CallHeader['onStateDown']): Promise<Reserved> =>
        Promise.resolve(
          reserve(bus, headerOf({ reservedTokens: 1_000, allowanceNanos: 11_000, onStateDown }), priced),
        );
      await expect(asked('refuse')).rejects.toBe(error);
      if (code === 'service_unavailable')
        await expect(asked('allow')).resolves.toMatchObject({ heldNanos: 101_000 });
      else await expect(asked('allow')).rejects.toBe(error);
    },
  );

  it('is nothing to speak of where no budget binds the call, or for a mirror', async () => {
    expect(await of({ allowanceNanos: undefined })).toMatchObject({ price: null, maxOutputTokens: null });
    const mirror = { ...headerOf({}), role: 'mirror' as const };
    expect(await reserve(busHolding(0), mirror, priced)).toMatchObject({ price: null });
  });
});

describe('a free deployment', () => {
  it('has no price to hold an answer to', () => {
    expect(attemptPrice(headerOf({}), { ...priced, prices: { input: 0, output: 0 } })).toBeNull();
  });
});

describe('StreamAllowance', () => {
  const asked: { toNanos: number; force: boolean }[] = [];
  /** Holds so much more each time. */
  const busWith = (answers: (number | Error)[]): Bus =>
    ({
      request: async (_contract: unknown, question: { toNanos: number; force: boolean }) => {
        asked.push(question);
        const answer = answers.shift();
        if (answer === undefined || answer instanceof Error) throw answer ?? new Error('asked too often');
        return { heldNanos: answer };
      },
    }) as unknown as Bus;

  const allowance = (
    bus: Bus,
    call: Partial<CallHeader> = {},
    maxOutputTokens: number | null = null,
    besideNanos = 0,
  ): StreamAllowance => {
    const header = headerOf({ stream: true, ...call });
    const price = attemptPrice(header, priced);
    return StreamAllowance.of(bus, header, { price, heldNanos: 101_000, besideNanos, maxOutputTokens })!;
  };

  beforeEach(() => asked.splice(0));

  /** In pieces of a character, so that the next one is hardly longer. */
  const grown = (stream: StreamAllowance, characters: number): StreamAllowance => {
    for (let at = 1; at <= characters; at += 1) void stream.covers(progress(at));
    return stream;
  };

  it('lets pass what is paid for, and asks for more before it is used up', async () => {
    const stream = grown(allowance(busWith([202_000])), 2_999);
    expect(asked).toEqual([]);
    // 1,000 tokens are paid for, 4,000 characters.
    expect(stream.covers(progress(3_000))).toBeUndefined();
    expect(asked).toMatchObject([{ toNanos: 202_000, force: false }]);
    await new Promise(setImmediate);
    expect(stream.covers(progress(6_000))).toBeUndefined();
  });

  it('asks for nothing while the longest answer that was asked for is paid for', async () => {
    const stream = allowance(busWith([202_000]), { maxOutputTokens: 1_000 });
    expect(stream.covers(progress(4_000))).toBeUndefined();
    expect(stream.coversNext()).toBeUndefined();
    expect(asked).toEqual([]);
    await stream.covers(progress(4_001));
    expect(asked).toHaveLength(1);
  });

  it('waits for the answer when what has come is not paid for', async () => {
    const stream = allowance(busWith([150_000, 600_000]));
    await expect(stream.covers(progress(12_000))).resolves.toBeUndefined();
    expect(asked).toHaveLength(2);
  });

  it('pays for the next piece before it is read', async () => {
    const stream = allowance(busWith([202_000]), {}, null);
    expect(stream.covers(progress(2_500))).toBeUndefined();
    expect(asked).toMatchObject([{ toNanos: 202_000 }]);
    await expect(stream.coversNext()).resolves.toBeUndefined();
    expect(stream.coversNext()).toBeUndefined();
  });

  it('ends the stream before a piece that cannot be paid for, and not once it is whole', async () => {
    const stream = allowance(busWith([101_000]));
    expect(stream.covers(progress(2_500))).toBeUndefined();
    await expect(stream.coversNext()).rejects.toMatchObject({ code: 'budget_exceeded' });
    expect(stream.covers({ ...progress(2_500), finished: true })).toBeUndefined();
    expect(stream.coversNext()).toBeUndefined();
  });

  it('ends the stream when nothing more is to be had', async () => {
    const stream = allowance(busWith([101_000]));
    await expect(stream.covers(progress(4_001))).rejects.toMatchObject({ code: 'budget_exceeded' });
  });

  it('spends what there is to the end', async () => {
    const stream = grown(allowance(busWith([121_000, 121_000])), 3_000);
    await new Promise(setImmediate);
    grown(stream, 4_799);
    expect(stream.coversNext()).toBeUndefined();
    expect(stream.covers(progress(4_800))).toBeUndefined();
    await expect(stream.coversNext()).rejects.toMatchObject({ code: 'budget_exceeded' });
  });

  it('leaves alone what is held for an attempt beside it', async () => {
    const stream = allowance(busWith([151_000]), {}, null, 50_000);
    await expect(stream.covers(progress(4_001))).rejects.toMatchObject({ code: 'budget_exceeded' });
    expect(asked).toMatchObject([{ toNanos: 50_000 + 252_250 }]);
  });

  it('ends it when nobody can be asked, unless it may finish anyway', async () => {
    const away = new GatewayError('service_unavailable', 'away');
    await expect(allowance(busWith([away])).covers(progress(5_000))).rejects.toBe(away);
    const finish = allowance(busWith([away]), { onStreamOverrun: 'finish' });
    await finish.covers(progress(5_000));
    expect(asked.at(-1)).toMatchObject({ force: true });
    expect(finish.covers(progress(1_000_000))).toBeUndefined();
  });

  it('goes on while shared state is away where its calls do, and asks again', async () => {
    const away = new GatewayError('service_unavailable', 'away');
    const stream = allowance(busWith([away, away]), { onStateDown: 'allow' });
    await expect(stream.covers(progress(5_000))).resolves.toBeUndefined();
    await expect(stream.covers(progress(50_000))).resolves.toBeUndefined();
    expect(asked).toHaveLength(2);
  });

  it('ends it where the money does that it was asked to be no dearer than', async () => {
    const stream = allowance(busWith([]), {}, 500);
    expect(stream.covers(progress(1_999))).toBeUndefined();
    await expect(stream.covers(progress(2_000))).rejects.toMatchObject({ code: 'budget_exceeded' });
    const own = allowance(busWith([]), { maxOutputTokens: 500 }, 500);
    expect(own.covers(progress(2_000))).toBeUndefined();
  });

  it('counts the prompt as the provider does, once it tells', () => {
    const stream = allowance(busWith([0]));
    void stream.covers(progress(0, { ...NO_USAGE, input: 5_100 }));
    // Half of the allowance went to the prompt.
    grown(stream, 1_499);
    expect(asked).toHaveLength(0);
    void stream.covers(progress(1_500));
    expect(asked).toHaveLength(1);
  });
});
