import { z } from 'zod';
import { callHeader, providerLimits } from './call.contract.js';
import { defineEvent, defineRequest } from './contract.js';

const circuitState = z.enum(['closed', 'open', 'half-open']);
export type CircuitState = z.infer<typeof circuitState>;

/** One step on a call's way, in the order in which they were taken. Times are milliseconds since the call began. */
export const decisionStep = z.discriminatedUnion('step', [
  z.object({ step: z.literal('resolved'), at: z.number(), name: z.string(), group: z.string() }),
  /** A canary's die: which arm the call belongs to. */
  z.object({
    step: z.literal('canary'),
    at: z.number(),
    arm: z.enum(['canary', 'baseline']),
    to: z.string(),
  }),
  z.object({
    step: z.literal('picked'),
    at: z.number(),
    attempt: z.number().int(),
    group: z.string(),
    deploymentId: z.string(),
    strategy: z.string(),
    candidates: z.array(z.string()),
    dropped: z.array(z.object({ deploymentId: z.string(), reason: z.string() })),
  }),
  z.object({
    step: z.literal('answered'),
    at: z.number(),
    attempt: z.number().int(),
    deploymentId: z.string(),
    delivered: z.boolean(),
    code: z.string().nullable(),
    latencyMs: z.number(),
    firstTokenMs: z.number().nullable(),
  }),
  z.object({
    step: z.literal('circuit'),
    at: z.number(),
    deploymentId: z.string(),
    state: circuitState,
    until: z.number().nullable(),
  }),
  z.object({ step: z.literal('waited'), at: z.number(), milliseconds: z.number(), why: z.string() }),
  z.object({ step: z.literal('hedged'), at: z.number(), attempt: z.number().int(), afterMs: z.number() }),
  z.object({ step: z.literal('hedge-won'), at: z.number(), attempt: z.number().int() }),
  z.object({ step: z.literal('continued'), at: z.number(), group: z.string(), characters: z.number().int() }),
  z.object({ step: z.literal('mirrored'), at: z.number(), group: z.string(), deploymentId: z.string() }),
  z.object({
    step: z.literal('none-left'),
    at: z.number(),
    group: z.string(),
    code: z.string(),
    dropped: z.array(z.object({ deploymentId: z.string(), reason: z.string() })),
  }),
  z.object({ step: z.literal('fell-back'), at: z.number(), group: z.string(), because: z.string() }),
  z.object({ step: z.literal('skipped'), at: z.number(), group: z.string(), reason: z.string() }),
  z.object({ step: z.literal('failed'), at: z.number(), code: z.string() }),
]);
export type DecisionStep = z.infer<typeof decisionStep>;

/** Why a call went where it went. */
export const decision = z.object({
  callId: z.string(),
  model: z.string(),
  /** Epoch milliseconds. */
  startedAt: z.number(),
  /** Of the router replica that decided. */
  replica: z.string(),
  steps: z.array(decisionStep),
});
export type Decision = z.infer<typeof decision>;

/** ingress → every router: who remembers this call? The one that does answers with `callExplained`. */
export const explainAsked = defineEvent('tollgate.router.explain.asked', {
  service: 'router',
  input: z.object({ callId: z.string(), askId: z.string() }),
});

/** router → every ingress; the one that asked knows the `askId`. */
export const callExplained = defineEvent('tollgate.router.explain.told', {
  service: 'ingress',
  input: z.object({ askId: z.string(), decision }),
});

/** What would be done with a call, without doing it. */
export const explainCall = defineRequest('tollgate.router.explain', {
  service: 'router',
  input: callHeader,
  reply: decision,
});

const armReport = z.object({
  calls: z.number().int(),
  errors: z.number().int(),
  p50LatencyMs: z.number().nullable(),
  p95LatencyMs: z.number().nullable(),
  costNanos: z.number().int(),
});

/** Both arms of every canary, as all replicas together saw them. */
export const canaryReport = defineRequest('tollgate.router.canary', {
  service: 'router',
  input: z.object({}),
  reply: z.object({
    canaries: z.array(
      z.object({
        model: z.string(),
        to: z.string(),
        percent: z.number(),
        stickyBy: z.string(),
        rolledBack: z.object({ at: z.number(), reason: z.string() }).nullable(),
        canary: armReport,
        baseline: armReport,
      }),
    ),
  }),
});
export type CanaryArmReport = z.infer<typeof armReport>;

const hedgeCounts = z.object({
  model: z.string(),
  calls: z.number().int(),
  hedged: z.number().int(),
  won: z.number().int(),
  /** An estimate, summed up over the calls won: how much longer calls as slow as the loser usually take. */
  savedMs: z.number(),
  costNanos: z.number().int(),
  /** Of the attempts that lost. */
  extraCostNanos: z.number().int(),
});

/** What hedging did for each model, as all replicas together saw it. */
export const hedgeReport = defineRequest('tollgate.router.hedging', {
  service: 'router',
  input: z.object({}),
  reply: z.object({
    models: z.array(
      hedgeCounts.extend({
        /** When a second deployment is asked now (ms); null: too few calls are known. */
        delayMs: z.number().nullable(),
      }),
    ),
  }),
});

/** The health of every deployment, as this replica sees it. */
export const deploymentReport = defineRequest('tollgate.router.deployments', {
  service: 'router',
  input: z.object({}),
  reply: z.object({
    deployments: z.array(
      z.object({
        deploymentId: z.string(),
        group: z.string(),
        circuit: circuitState,
        until: z.number().nullable(),
        inFlight: z.number().int(),
        requestsThisMinute: z.number().int(),
        tokensThisMinute: z.number().int(),
        latencyMs: z.number().nullable(),
        errorRate: z.number(),
      }),
    ),
  }),
});

const armDelta = z.object({
  calls: z.number().int(),
  errors: z.number().int(),
  costNanos: z.number().int(),
  latenciesMs: z.array(z.number()),
});

/**
 * router → every router, a few times a second while there is news: what this replica has seen since its last report, so that
 * strategies, limits and canaries go by what all of them see. `inFlight` is a state, everything else a delta.
 */
export const routerReported = defineEvent('tollgate.router.reported', {
  service: 'router',
  input: z.object({
    replica: z.string(),
    at: z.number(),
    deployments: z.array(
      z.object({
        id: z.string(),
        inFlight: z.number().int(),
        requests: z.number().int(),
        tokens: z.number().int(),
        failures: z.number().int(),
        /** Per call that succeeded: whole time, time to the first token of streams, tokens of the answer. */
        samples: z.array(
          z.object({ latencyMs: z.number(), firstTokenMs: z.number().nullable(), outputTokens: z.number() }),
        ),
        limits: providerLimits.optional(),
      }),
    ),
    canaries: z.array(z.object({ id: z.string(), canary: armDelta, baseline: armDelta })),
    /** Canaries that this replica has taken back: the others' sums may not come to the same verdict. */
    rollbacks: z.array(z.object({ id: z.string(), at: z.number(), reason: z.string() })).optional(),
    hedges: z.array(hedgeCounts),
  }),
});
export type RouterReport = z.infer<typeof routerReported.input>;
