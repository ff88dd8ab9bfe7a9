import { startBenchServer } from './bench-server.js';
import { startFaultLab } from './fault-lab.js';
import { USAGE, readOptions, type LabOptions } from './lab-options.js';

const asked = optionsOrUsage();
if (typeof asked === 'string') process.stdout.write(asked);
else await serve(asked);

function optionsOrUsage(): LabOptions | string {
  try {
    return readOptions(process.argv.slice(2));
  } catch (cause) {
    process.exitCode = 2;
    return `${cause instanceof Error ? cause.message : String(cause)}\n\n${USAGE}`;
  }
}

async function serve({ bench, ...at }: LabOptions): Promise<void> {
  const lab = bench ? await startBenchServer(at) : await startFaultLab(at);
  process.stdout.write(`The fault lab listens on ${lab.url}

  curl ${lab.url}/v1/chat/completions -H 'content-type: application/json' \\
    -d '{"model":"demo","messages":[{"role":"user","content":"Hello"}]}'

Faults go into the model's name ("demo?status=429&headers.retry-after=1"), into the header x-lab-script
(a step as JSON) or into POST /lab/script. What was served: ${lab.url}/stats
`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void lab.close());
}
