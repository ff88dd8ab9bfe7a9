import { parseArgs } from 'node:util';
import { startBenchServer } from './bench-server.js';
import { startFaultLab } from './fault-lab.js';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    host: { type: 'string', default: '127.0.0.1' },
    // Precomputed answers, no scripts and no statistics: the upstream of a benchmark.
    bench: { type: 'boolean', default: false },
    tokens: { type: 'string', default: '32' },
    'chunk-delay': { type: 'string' },
  },
});
const at = { port: Number(values.port), host: values.host };
const delay = values['chunk-delay'];
const pace = delay === undefined ? {} : { chunkDelayMs: Number(delay) };
const lab = values.bench
  ? await startBenchServer({ ...at, tokens: Number(values.tokens), ...pace })
  : await startFaultLab(at);

process.stdout.write(`The fault lab listens on ${lab.url}

  curl ${lab.url}/v1/chat/completions -H 'content-type: application/json' \\
    -d '{"model":"demo","messages":[{"role":"user","content":"Hello"}]}'

Faults go into the model's name ("demo?status=429&headers.retry-after=1"), into the header x-lab-script
(a step as JSON) or into POST /lab/script. What was served: ${lab.url}/stats
`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void lab.close());
}
