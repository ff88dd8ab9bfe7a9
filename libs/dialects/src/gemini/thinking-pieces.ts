import type { Json } from '../json/json.js';

/** Adds streamed pieces of thinking to the blocks so far: the pieces up to a signature are one. */
export function addThinking(blocks: Json[], pieces: readonly Json[]): void {
  for (const piece of pieces) {
    const last = blocks.at(-1);
    const isMore = last?.['type'] === 'thinking' && last['signature'] === '' && piece['type'] === 'thinking';
    if (isMore) {
      const thinking = textOf(last['thinking']) + textOf(piece['thinking']);
      Object.assign(last, { thinking, signature: textOf(piece['signature']) });
    } else
      blocks.push(piece['type'] === 'thinking' ? { ...piece, signature: textOf(piece['signature']) } : piece);
  }
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
