import { answerTo } from './answer.js';
import { DIALECTS } from './dialects.js';
import type { DialectWriter } from './dialect.js';
import { plainPlaceOf, type PlainPlace } from './endpoints.js';
import { fieldsOf } from './form.js';
import { text } from './json.js';
import { placeOfPath, readLabRequest, type LabPlace } from './lab-request.js';
import { respondJson, respondPlain, respondStream, type Reply } from './respond.js';

/** What a path says of the requests that come there. */
export interface Place {
  readonly path: string;
  /** Absent: it is in the body. */
  readonly model?: string;
  readonly writer: DialectWriter;
  /** Throws a TypeError when the request makes no sense. */
  read(body: Buffer, contentType: string | undefined): Asked;
}

/** A request that was understood. */
interface Asked {
  readonly model: string;
  answer(reply: Reply): Promise<void>;
}

/** Undefined when no model is called there. */
export function placeOf(path: string): Place | undefined {
  const chat = placeOfPath(path);
  if (chat !== undefined)
    return { path, ...chat, writer: DIALECTS[chat.dialect], read: (body) => readChat(chat, body) };
  const plain = plainPlaceOf(path);
  return plain && { path, ...plain, read: (body, contentType) => readPlain(plain, body, contentType) };
}

function readChat(place: LabPlace, body: Buffer): Asked {
  const asked = readLabRequest(place, JSON.parse(body.toString('utf8')));
  return {
    model: asked.model,
    async answer(reply) {
      const answer = answerTo(asked, reply.step, reply.id);
      if (asked.stream) await respondStream(reply, answer, asked.streamUsage);
      else await respondJson(reply, answer);
    },
  };
}

function readPlain(place: PlainPlace, body: Buffer, contentType: string | undefined): Asked {
  const fields = fieldsOf(body, contentType);
  const model = place.model ?? text(fields['model']);
  if (model === '') throw new TypeError('you must provide a model parameter');
  const answerOf = place.endpoint(fields);
  return { model, answer: (reply) => respondPlain(reply, answerOf(reply.step, reply.id)) };
}
