import type { ServerResponse } from 'node:http';
import type { Answer } from './answer.js';
import type { OpenCall } from './call-log.js';
import type { DialectWriter } from './dialect.js';
import type { PlainAnswer } from './plain-endpoint.js';
import { FaultyWriter } from './faulty-writer.js';
import type { Step } from './step.js';

/** All that is needed to answer one request. */
export interface Reply {
  readonly response: ServerResponse;
  readonly step: Step;
  readonly writer: DialectWriter;
  readonly call: OpenCall;
  /** Of this answer; also its request id in the response's headers. */
  readonly id: string;
}

/** Sends an error, or the body that the step prescribes. */
export async function respondFixed(reply: Reply, status: number, message: string): Promise<void> {
  const { step, writer } = reply;
  const body = step.body ?? writer.error(status, message);
  await sendWhole(reply, status, typeof body === 'string' ? body : JSON.stringify(body));
}

/** Sends the answer as one JSON document; its tokens count when all of it was written. */
export async function respondJson(reply: Reply, answer: Answer): Promise<void> {
  const { response, call } = reply;
  response.once('finish', () => call.served(answer.completionTokens * 4, answer.promptTokens));
  await sendWhole(reply, reply.step.status ?? 200, JSON.stringify(reply.writer.json(answer)));
}

/** Sends what an endpoint answers that does not chat; its tokens count when all of it was written. */
export async function respondPlain(reply: Reply, answer: PlainAnswer): Promise<void> {
  const { body, contentType, promptTokens, completionTokens = 0 } = answer;
  reply.response.once('finish', () => reply.call.served(completionTokens * 4, promptTokens));
  const bytes = Buffer.isBuffer(body) ? body : JSON.stringify(body);
  await sendWhole(reply, reply.step.status ?? 200, bytes, contentType);
}

/** Sends the answer as a stream of the dialect, with the step's pace and faults. */
export async function respondStream(reply: Reply, answer: Answer, withUsage: boolean): Promise<void> {
  const { response, step, writer, call } = reply;
  const output = new FaultyWriter(response, step, false);
  await output.pause(step.delayMs ?? 0);
  if (output.over()) return;
  response.writeHead(step.status ?? 200, {
    ...headers(reply),
    'content-type': writer.streamType,
    'cache-control': 'no-cache',
    ...step.headers,
  });
  const pace = new Pace(step);
  let index = 0;
  for (const piece of writer.stream(answer, withUsage)) {
    if (leftOut(piece.kind, step)) continue;
    await output.pause(pace.wait(piece.characters, index));
    if (index === step.errorEventAt) {
      await output.write(writer.errorEvent('The fault lab was told to fail'));
      return output.end();
    }
    const { bytes, last } = spoiled(piece.wire, index++, reply);
    // Counted first: the client may have read the text by the time that the write is done.
    if (output.over()) return;
    call.served(piece.characters, answer.promptTokens);
    if (!(await output.write(bytes))) return;
    if (last) return output.end();
  }
  await output.end();
}

function leftOut(kind: 'content' | 'finish' | 'done', { noDone, noFinish }: Step): boolean {
  return kind === 'done' ? noDone === true || noFinish === true : kind === 'finish' && noFinish === true;
}

function spoiled(
  wire: string | Buffer,
  index: number,
  { step, writer }: Reply,
): { bytes: string | Buffer; last: boolean } {
  if (index === step.truncatedChunkAt) {
    const bytes = Buffer.from(wire);
    return { bytes: bytes.subarray(0, Math.ceil(bytes.length / 2)), last: true };
  }
  return { bytes: index === step.malformedChunkAt ? writer.malformed : wire, last: false };
}

async function sendWhole(
  reply: Reply,
  status: number,
  bytes: string | Buffer,
  contentType = 'application/json',
): Promise<void> {
  const { response, step } = reply;
  const output = new FaultyWriter(response, step, true);
  await output.pause(step.delayMs ?? 0);
  if (output.over()) return;
  response.writeHead(status, {
    ...headers(reply),
    'content-type': contentType,
    'content-length': Buffer.byteLength(bytes),
    ...step.headers,
  });
  if (await output.write(bytes)) await output.end();
}

const headers = ({ writer, id }: Reply) => ({ [writer.idHeader]: `req_${id}` });

/** When the next event of a stream is due. Measured from the start, so that timers' delays do not add up. */
class Pace {
  private readonly started = Date.now();
  private tokens = 0;

  constructor(private readonly step: Step) {}

  wait(characters: number, index: number): number {
    const { chunkDelayMs, tokensPerSecond } = this.step;
    this.tokens += characters / 4;
    const due =
      tokensPerSecond === undefined ? index * (chunkDelayMs ?? 0) : (this.tokens / tokensPerSecond) * 1000;
    return due === 0 ? 0 : this.started + due - Date.now();
  }
}
