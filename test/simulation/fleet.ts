import { bareDeployment, type Deployment } from '@tollgate/config';
import {
  dead,
  failing,
  flapping,
  rateLimited,
  steady,
  type Behaviour,
  type Random,
} from './provider-models.js';
import type { Scripted } from './simulate.js';

const CHEAP = 2_000_000;

/** A deployment of a group, with a provider that behaves so. Money: nano-dollars a call. */
export function scripted(
  group: string,
  id: string,
  behaviour: Behaviour,
  { costNanos = CHEAP, ...patch }: { costNanos?: number } & Partial<Deployment> = {},
): Scripted {
  // Cost-based routing goes by prices of tokens: in proportion to what a call costs.
  const prices = { input: costNanos / 500, output: costNanos / 500 };
  const bare = bareDeployment({ id: `${group}-${id}`, group, provider: 'openai', model: id });
  return { deployment: { ...bare, prices, ...patch }, behaviour, costNanos };
}

/** What goes wrong in practice, one thing a group: two good deployments and a bad one, or all of them uneven. */
const KINDS: readonly ((random: Random) => readonly [string, Behaviour, number?][])[] = [
  () => [
    ['quick', steady(400)],
    ['steady', steady(600)],
    ['slow', steady(3_000)],
  ],
  () => [
    ['good', steady(500)],
    ['fine', steady(550)],
    ['flapping', flapping(20_000, 450)],
  ],
  () => [
    ['good', steady(500)],
    ['fine', steady(550)],
    ['failing', failing(0.5, 500)],
  ],
  () => [
    ['good', steady(500)],
    ['limited', rateLimited(30, 450)],
    ['fine', steady(550)],
  ],
  () => [
    ['good', steady(500)],
    ['liar', rateLimited(20, 450, { lies: true })],
    ['fine', steady(550)],
  ],
  () => [
    ['good', steady(500)],
    ['dead', dead()],
    ['fine', steady(550)],
  ],
  () => [
    ['dear', steady(300), 10 * CHEAP],
    ['cheap', steady(700)],
    ['middling', steady(500), 3 * CHEAP],
  ],
];

/** So many groups of three, of every kind in turn. */
export function fleetOf(groups: number, random: Random): { fleet: Scripted[]; groups: string[] } {
  const names = Array.from({ length: groups }, (_, index) => `group-${index}`);
  const fleet = names.flatMap((name, index) => {
    const kind = KINDS[index % KINDS.length];
    return (kind?.(random) ?? []).map(([id, behaviour, costNanos]) =>
      scripted(name, id, behaviour, { ...(costNanos !== undefined && { costNanos }) }),
    );
  });
  return { fleet, groups: names };
}
