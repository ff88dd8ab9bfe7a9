import { NO_USAGE, TASK_OF, type Dialect, type Pieces, type Usage } from '@tollgate/contracts';
import type { Json } from '@tollgate/dialects';
import type { Progress } from './observer.js';
import { isJson } from './parse-payload.js';

/** A call whose answer may be sold by the piece. */
interface PieceCall {
  readonly dialect: Dialect;
  readonly body: Uint8Array;
}

const NO_PIECES: Pieces = { images: 0, characters: 0, seconds: 0 };

/** What is known of a whole answer, with the pieces that are sold where the provider counts no tokens. `answer` null: it is no JSON. */
export function withPieces(progress: Progress, call: PieceCall, answer: Json | null): Progress {
  const pieces = piecesOf(call, answer);
  if (pieces === null || isCounted(progress.usage)) return progress;
  return { ...progress, usage: { ...NO_USAGE, pieces: { ...NO_PIECES, ...pieces } } };
}

const isCounted = (usage: Usage | null): boolean =>
  usage !== null && Object.values(usage).some((count) => typeof count === 'number' && count > 0);

function piecesOf({ dialect, body }: PieceCall, answer: Json | null): Partial<Pieces> | null {
  switch (TASK_OF[dialect]) {
    case 'speech':
      return { characters: charactersRead(body) };
    case 'transcription':
      return secondsHeard(answer);
    case 'image':
      return answer !== null && Array.isArray(answer['data']) ? { images: answer['data'].length } : null;
    default:
      return null;
  }
}

/** Characters are Unicode's, not UTF-16's. */
function charactersRead(body: Uint8Array): number {
  try {
    const request: unknown = JSON.parse(Buffer.from(body).toString());
    return isJson(request) && typeof request['input'] === 'string' ? Array.from(request['input']).length : 0;
  } catch {
    return 0;
  }
}

/** NOTE OpenAI tells the duration in `usage` of plain answers, and in `duration` of verbose ones; of plain text not at all. */
function secondsHeard(answer: Json | null): Partial<Pieces> | null {
  const told = isJson(answer?.['usage']) ? answer['usage']['seconds'] : undefined;
  const length = told ?? answer?.['duration'];
  const seconds = typeof length === 'object' ? NaN : Number(length);
  return Number.isFinite(seconds) && seconds > 0 ? { seconds } : null;
}
