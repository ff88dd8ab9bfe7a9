import type { Bus } from '@tollgate/bus';
import { GatewayError, type AttemptHeader } from '@tollgate/contracts';
import type { Reserved } from '../reservation.js';
import { SessionAllowance } from './session-allowance.js';

const PRICE = { ofPrompt: () => 0, perToken: 1 };

/** An allowance of 100 nano-dollars in front of a budget that goes up to `most`. */
function allowanceOf(most: number, call: Partial<AttemptHeader['call']> = {}) {
  const asked: number[] = [];
  const bus = {
    request: (_contract: unknown, { toNanos, force }: { toNanos: number; force: boolean }) => {
      asked.push(toNanos);
      if (toNanos <= most || force) return Promise.resolve({ heldNanos: toNanos });
      return most > 100 ? Promise.resolve({ heldNanos: most }) : Promise.reject(refusal);
    },
  } as unknown as Bus;
  const refusal = new GatewayError('budget_exceeded', 'no room');
  const header = { call: { id: 'call', stream: true, ...call } } as AttemptHeader;
  const reserved: Reserved = { price: PRICE, heldNanos: 100, besideNanos: 0, maxOutputTokens: null };
  return { asked, allowance: SessionAllowance.of(bus, header, reserved)! };
}

describe('the allowance of a session', () => {
  it('is none where no budget binds it', () => {
    const unbound: Reserved = { price: null, heldNanos: 0, besideNanos: 0, maxOutputTokens: null };
    expect(SessionAllowance.of({} as Bus, {} as AttemptHeader, unbound)).toBeNull();
  });

  it('asks for nothing while what it has is enough', () => {
    const { allowance, asked } = allowanceOf(1_000);
    expect(allowance.covers(40)).toBeUndefined();
    expect(allowance.coversNext()).toBeUndefined();
    expect(asked).toEqual([]);
  });

  it('is raised before an event that costs as much as the dearest', async () => {
    const { allowance, asked } = allowanceOf(1_000);
    void allowance.covers(60);
    await allowance.coversNext();
    expect(asked).toEqual([200]);
    expect(allowance.covers(190)).toBeUndefined();
    await allowance.covers(700);
    expect(asked).toEqual([200, 700]);
  });

  it('ends the session when there is room for no more', async () => {
    const { allowance } = allowanceOf(150);
    void allowance.covers(60);
    await allowance.coversNext();
    expect(allowance.covers(120)).toBeUndefined();
    await expect(allowance.coversNext()).rejects.toMatchObject({ code: 'budget_exceeded' });
    await expect(allowanceOf(100).allowance.covers(101)).rejects.toMatchObject({ code: 'budget_exceeded' });
  });

  it('lets it run on where its key says so', async () => {
    const { allowance } = allowanceOf(100, { onStreamOverrun: 'finish' });
    await allowance.covers(5_000);
    await allowance.coversNext();
    expect(allowance.covers(9_000)).toBeUndefined();
  });
});
