import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import { Tally } from './tally.js';

const registry = new Registry();
collectDefaultMetrics({ register: registry });

/** From 1 ms to 2 min, in seconds: gateway overhead at one end, long completions at the other. */
const LATENCY_BUCKETS = [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];

/** A counter of the process's registry; asking for the same name again gives the same counter. */
export function counter<Label extends string>(
  name: string,
  help: string,
  labels: readonly Label[],
): Counter<Label> {
  const known = registry.getSingleMetric(name) as Counter<Label> | undefined;
  return known ?? new Counter({ name, help, labelNames: [...labels], registers: [registry] });
}

const tallies = new Map<string, Tally>();

/** Like `counter`, for what is counted at every call. */
export function tally(name: string, help: string, labels: readonly string[]): Tally {
  let known = tallies.get(name);
  if (known === undefined) {
    const made = new Tally();
    tallies.set(name, (known = made));
    new Counter({
      name,
      help,
      labelNames: [...labels],
      registers: [registry],
      collect() {
        made.tell(this);
      },
    });
  }
  return known;
}

/** A gauge of the process's registry, see `counter`. */
export function gauge<Label extends string>(
  name: string,
  help: string,
  labels: readonly Label[],
): Gauge<Label> {
  const known = registry.getSingleMetric(name) as Gauge<Label> | undefined;
  return known ?? new Gauge({ name, help, labelNames: [...labels], registers: [registry] });
}

/** A histogram of the process's registry; buckets default to latencies in seconds. */
export function histogram<Label extends string>(
  name: string,
  help: string,
  labels: readonly Label[],
  buckets: readonly number[] = LATENCY_BUCKETS,
): Histogram<Label> {
  const known = registry.getSingleMetric(name) as Histogram<Label> | undefined;
  return (
    known ??
    new Histogram({ name, help, labelNames: [...labels], buckets: [...buckets], registers: [registry] })
  );
}

/** All metrics of the process in Prometheus' text format. */
export const metricsText = (): Promise<string> => registry.metrics();

export const METRICS_CONTENT_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;
