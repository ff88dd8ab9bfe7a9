import { ERRORS, GatewayError, type ErrorCode, type Outcome } from '@tollgate/contracts';
import { setLogLevel } from '@tollgate/observability';
import { seeded } from '@tollgate/testing';
import { START, Stage, config, deployment, delivered, failure } from './_fixtures.js';

beforeAll(() => setLogLevel('silent'));

const GROUPS = ['g0', 'g1', 'g2', 'g3'];
const CODES = Object.keys(ERRORS) as ErrorCode[];

/** A world and what its workers will do, all from one seed. */
function scenario(seed: number) {
  const random = seeded(seed);
  const upTo = (limit: number): number => Math.floor(random() * limit);
  const oneOf = <Item>(items: readonly Item[]): Item => items[upTo(items.length)]!;
  const deployments = GROUPS.flatMap((group) =>
    Array.from({ length: 1 + upTo(4) }, (_, index) =>
      deployment(`${group}-${index}`, {
        group,
        provider: oneOf(['openai', 'azure', 'anthropic']),
        order: oneOf([null, 1, 2]),
        weight: oneOf([null, 0, 1, 9]),
        cooldownMs: oneOf([null, 0, 60_000]),
        numRetries: oneOf([null, null, 0, 4]),
      }),
    ),
  );
  const router = {
    numRetries: upTo(4),
    maxFallbacks: upTo(5),
    allowedFails: oneOf([null, null, 0, 2]),
    disableCooldowns: random() < 0.2,
    fallbacks: new Map(
      [...GROUPS, '*'].flatMap((group): [string, string[]][] =>
        random() < 0.6 ? [[group, Array.from({ length: upTo(4) }, () => oneOf(GROUPS))]] : [],
      ),
    ),
  };
  const answer = (): Outcome => {
    if (random() < 0.25) return delivered;
    const retryAfterMs = oneOf([undefined, 0, 500, 30_000, 90_000]);
    const outcome = failure(oneOf(CODES), retryAfterMs === undefined ? {} : { retryAfterMs });
    return random() < 0.1 ? { ...outcome, delivered: true } : outcome;
  };
  const numRetries = oneOf([undefined, undefined, 0, 1, 5]);
  return { settings: config(deployments, { router }), answer, random, numRetries, upTo };
}

describe('whatever the config and whatever the providers do', () => {
  it.each(Array.from({ length: 40 }, (_, block) => block))('the invariants hold, block %i', async (block) => {
    for (let run = 0; run < 25; run++) {
      const { settings, answer, random, numRetries, upTo } = scenario(block * 1_000 + run);
      const answered: Outcome[] = [];
      const coolingAtAttempt: boolean[] = [];
      const stage: Stage = new Stage(
        settings,
        ({ deploymentId }) => {
          coolingAtAttempt.push(stage.out().some(([id]) => id === deploymentId));
          stage.clock += upTo(2_000);
          answered.push(answer());
          return answered.at(-1)!;
        },
        random,
      );
      for (let call = 0; call < 6; call++) {
        answered.length = stage.attempts.length = stage.slept.length = coolingAtAttempt.length = 0;
        const deadline = stage.clock + 1_000 + upTo(60_000);
        const wishes = {
          id: `c${call}`,
          model: 'g0',
          deadline,
          ...(numRetries === undefined ? {} : { numRetries }),
        };
        const result = await stage.route(wishes).catch((error: unknown) => error);

        // It ends with what was delivered or with an error of the catalogue, and nothing follows a delivery.
        const deliveredAt = answered.findIndex((outcome) => outcome.delivered);
        if (deliveredAt === -1) expect(result).toBeInstanceOf(GatewayError);
        else expect([result, deliveredAt]).toEqual([answered.at(-1), answered.length - 1]);

        expect(coolingAtAttempt).not.toContain(true);

        // Every group comes once, its attempts together, no more of them than allowed.
        const groups = stage.attempts.map(({ group }) => group);
        const runs = groups.filter((group, index) => group !== groups[index - 1]);
        expect(new Set(runs).size).toBe(runs.length);
        expect(runs.length - 1).toBeLessThanOrEqual(settings.router.maxFallbacks);
        for (const group of runs) {
          const own = settings.deployments.filter((member) => member.group === group);
          const most = Math.max(
            ...own.map((member) => numRetries ?? member.numRetries ?? settings.router.numRetries),
          );
          expect(groups.filter((name) => name === group).length).toBeLessThanOrEqual(most + 1);
        }

        // Attempts are numbered without a gap, and none began after the deadline.
        expect(stage.attempts.map(({ attemptId }) => attemptId)).toEqual(
          stage.attempts.map((_, index) => `c${call}:${index + 1}`),
        );
        for (const { clocks } of stage.attempts) expect(clocks.totalMs).toBeGreaterThan(0);
        expect(stage.slept.every((wait) => wait >= 0 && wait <= 66_000)).toBe(true);
        stage.clock = Math.max(stage.clock, START) + upTo(10_000);
      }
    }
  });
});
