import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CallRecord, LabStats } from './call-log.js';
import { readBody } from './read-body.js';
import type { Step } from './step.js';

/** What can be asked of a lab over HTTP. */
export interface LabControls {
  stats(): LabStats;
  calls(): readonly CallRecord[];
  reset(): void;
  script(model: string, steps: readonly Step[], options: { readonly repeat?: boolean }): void;
  scriptPath(path: string, steps: readonly Step[], options: { readonly repeat?: boolean }): void;
}

/** Everything that is not a chat: models, statistics, scripts. */
export async function handleControl(
  lab: LabControls,
  models: readonly string[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const route = `${request.method ?? ''} ${(request.url ?? '').split('?', 1)[0] ?? ''}`;
  if (route === 'POST /lab/script') {
    await setScript(lab, request, response);
    return;
  }
  const answer = simpleAnswer(lab, models, route);
  const error = {
    message: `The fault lab has no ${route}`,
    type: 'invalid_request_error',
    param: null,
    code: null,
  };
  if (answer === undefined) send(response, 404, { error });
  else send(response, 200, answer);
}

function simpleAnswer(lab: LabControls, models: readonly string[], route: string): unknown {
  switch (route) {
    case 'GET /v1/models':
    case 'GET /models':
      return { object: 'list', data: ['demo', ...models].map(modelOf) };
    case 'GET /stats':
      return lab.stats();
    case 'GET /stats/calls':
      return lab.calls();
    case 'POST /lab/reset':
      lab.reset();
      return { reset: true };
    default:
      return undefined;
  }
}

const modelOf = (id: string) => ({ id, object: 'model', created: 1_700_000_000, owned_by: 'fault-lab' });

async function setScript(
  lab: LabControls,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request);
  try {
    const script = JSON.parse(body.toString('utf8')) as {
      readonly model?: unknown;
      readonly path?: unknown;
      readonly steps?: unknown;
      readonly repeat?: unknown;
    };
    const options = { repeat: script.repeat === true };
    const steps = Array.isArray(script.steps) ? (script.steps as Step[]) : [];
    if (typeof script.model === 'string') lab.script(script.model, steps, options);
    else if (typeof script.path === 'string') lab.scriptPath(script.path, steps, options);
    else throw new TypeError('A script needs a model or a path');
    send(response, 200, { steps: steps.length });
  } catch (error) {
    send(response, 400, { error: { message: String(error) } });
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}
