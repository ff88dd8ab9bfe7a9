import { NO_USAGE, type Dialect } from '@tollgate/contracts';
import type { Json } from '@tollgate/dialects';
import type { Progress } from './observer.js';
import { withPieces } from './pieces.js';

const PROGRESS: Progress = {
  ...{ usage: null, rawUsage: null, serviceTier: null, responseId: null, characters: 0, finished: true },
};
const piecesOf = (dialect: Dialect, request: Json, answer: Json | null): unknown =>
  withPieces(PROGRESS, { dialect, body: Buffer.from(JSON.stringify(request)) }, answer).usage?.pieces;

describe('what is sold by the piece', () => {
  it.each<[Dialect, Json, Json | null, object]>([
    ['openai-speech', { input: 'a👍b' }, null, { characters: 3 }],
    ['openai-images', {}, { data: [{}, {}] }, { images: 2 }],
    ['openai-transcriptions', {}, { text: 'x', usage: { type: 'duration', seconds: 7 } }, { seconds: 7 }],
    ['openai-translations', {}, { text: 'x', duration: '2.5' }, { seconds: 2.5 }],
  ])('by %s', (dialect, request, answer, pieces) => {
    expect(piecesOf(dialect, request, answer)).toEqual({ images: 0, characters: 0, seconds: 0, ...pieces });
  });

  it('is not counted where tokens are, nor where nothing is told, nor of anything else', () => {
    const counted = { ...PROGRESS, usage: { ...NO_USAGE, input: 1 } };
    const call = { dialect: 'openai-images' as const, body: Buffer.from('{}') };
    expect(withPieces(counted, call, { data: [{}] })).toBe(counted);
    expect(piecesOf('openai-transcriptions', {}, { text: 'x' })).toBeUndefined();
    expect(piecesOf('openai-embeddings', { input: 'x' }, { data: [{}] })).toBeUndefined();
  });
});
