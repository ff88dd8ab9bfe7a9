import { parseArgs } from 'node:util';
import { startFaultLab } from './fault-lab.js';

const { values } = parseArgs({
  options: { port: { type: 'string', default: '0' }, host: { type: 'string', default: '127.0.0.1' } },
});
const lab = await startFaultLab({ port: Number(values.port), host: values.host });

process.stdout.write(`The fault lab listens on ${lab.url}

  curl ${lab.url}/v1/chat/completions -H 'content-type: application/json' \\
    -d '{"model":"demo","messages":[{"role":"user","content":"Hello"}]}'

Faults go into the model's name ("demo?status=429&headers.retry-after=1"), into the header x-lab-script
(a step as JSON) or into POST /lab/script. What was served: ${lab.url}/stats
`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void lab.close());
}
