import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerTo } from './answer.js';
import type { CallLog } from './call-log.js';
import { DIALECTS } from './dialects.js';
import { readLabRequest, type LabPlace, type LabRequest } from './lab-request.js';
import { readBody } from './read-body.js';
import { respondFixed, respondJson, respondStream, type Reply } from './respond.js';
import type { ScriptBook } from './script-book.js';
import type { Step } from './step.js';

/** A request as it came in, for assertions. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
}

/** What the handler of chat requests works with. */
export interface ChatContext {
  readonly scripts: ScriptBook;
  readonly log: CallLog;
  /** Applies where a request's own step says nothing. */
  readonly defaults: Step;
  nextId(): string;
  seen(request: SeenRequest): void;
}

/** A chat request's place: its path, and what the path says. */
export interface ChatPath extends LabPlace {
  readonly path: string;
}

/** Answers a chat request as its script says. Rejects only when the client goes away while it sends its body. */
export async function handleChat(
  context: ChatContext,
  at: ChatPath,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const subject = { path: at.path, header: headerOf(request, 'x-lab-script'), model: at.model };
  const early = understood(() => context.scripts.peek(subject));
  const body = await readBody(request, early instanceof TypeError ? undefined : early.readBytesPerSecond);
  context.seen({ method: 'POST', path: request.url ?? '', headers: request.headers, body });
  const asked = understood(() => readLabRequest(at, JSON.parse(body.toString('utf8'))));
  const model = asked instanceof TypeError ? (at.model ?? '') : asked.model;
  const own = understood(() => context.scripts.take({ ...subject, model }));
  const step = own instanceof TypeError ? {} : { ...context.defaults, ...own };
  const wrong = [own, asked].find((value) => value instanceof TypeError);
  const status = wrong === undefined ? (step.status ?? 200) : 400;
  const id = context.nextId();
  const generation = context.log.current;
  const call = context.log.begin(headerOf(request, 'x-client-request-id') ?? id, model, status);
  response.once('close', () => context.log.end(call, response.writableFinished, generation));
  const reply: Reply = { response, step, writer: DIALECTS[at.dialect], call, id };
  if (wrong !== undefined) return respondFixed(reply, 400, wrong.message);
  if (status >= 400 || step.body !== undefined)
    return respondFixed(reply, status, `The fault lab says ${String(status)}`);
  return respond(reply, asked as LabRequest);
}

async function respond(reply: Reply, asked: LabRequest): Promise<void> {
  const answer = answerTo(asked, reply.step, reply.id);
  if (asked.stream) await respondStream(reply, answer, asked.streamUsage);
  else await respondJson(reply, answer);
}

const headerOf = (request: IncomingMessage, name: string): string | undefined => {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
};

/** The result, or what is wrong with the request. */
function understood<T>(read: () => T): T | TypeError {
  try {
    return read();
  } catch (error) {
    return error instanceof TypeError ? error : new TypeError(String(error), { cause: error });
  }
}
