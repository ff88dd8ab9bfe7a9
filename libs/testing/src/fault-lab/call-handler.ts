import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CallLog } from './call-log.js';
import type { Place } from './place.js';
import { readBody } from './read-body.js';
import { respondFixed, type Reply } from './respond.js';
import type { ScriptBook } from './script-book.js';
import type { Step } from './step.js';

/** A request as it came in, for assertions. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
}

/** What the handler of calls works with. */
export interface CallContext {
  readonly scripts: ScriptBook;
  readonly log: CallLog;
  /** Applies where a request's own step says nothing. */
  readonly defaults: Step;
  nextId(): string;
  seen(request: SeenRequest): void;
}

/** Answers a call of a model as its script says. Rejects only when the client goes away while it sends its body. */
export async function handleCall(
  context: CallContext,
  at: Place,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const subject = { path: at.path, header: headerOf(request, 'x-lab-script'), model: at.model };
  const early = understood(() => context.scripts.peek(subject));
  const body = await readBody(request, early instanceof TypeError ? undefined : early.readBytesPerSecond);
  context.seen({ method: 'POST', path: request.url ?? '', headers: request.headers, body });
  const asked = understood(() => at.read(body, request.headers['content-type']));
  const model = asked instanceof TypeError ? (at.model ?? '') : asked.model;
  const own = understood(() => context.scripts.take({ ...subject, model }));
  const step = own instanceof TypeError ? {} : { ...context.defaults, ...own };
  const heard = own instanceof TypeError ? own : asked;
  const status = heard instanceof TypeError ? 400 : (step.status ?? 200);
  const id = context.nextId();
  const generation = context.log.current;
  const call = context.log.begin(headerOf(request, 'x-client-request-id') ?? id, model, status);
  response.once('close', () => context.log.end(call, response.writableFinished, generation));
  const reply: Reply = { response, step, writer: at.writer, call, id };
  if (heard instanceof TypeError) return respondFixed(reply, status, heard.message);
  if (status >= 400 || step.body !== undefined)
    return respondFixed(reply, status, `The fault lab says ${String(status)}`);
  return heard.answer(reply);
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
