import type { ResponseHead } from '@tollgate/contracts';
import { isObject, NdjsonDecoder, SseDecoder } from '@tollgate/dialects';
import { NOTHING, type AnswerStage } from '../calls/answer-stages.js';
import { undecided, violation } from './guardrail-errors.js';
import type { SaidText } from './said-text.js';
import { pieceOf } from './texts/answer-pieces.js';
import { framingOf, type Framing } from './texts/framing.js';
import { jsonTexts, withTexts } from './texts/json-texts.js';
import { parsedJson } from './texts/parsed-json.js';
import { ANSWER_ROOTS } from './texts/text-keys.js';

/** Longer answers are refused: nobody can be asked about them. */
const MAX_BYTES = 16 * 1024 * 1024;

/** Holds an answer back until somebody outside has judged the whole of it, streams too. */
export class AnswerJudgeStage implements AnswerStage {
  private framing: Framing = 'json';
  private readonly parts: Uint8Array[] = [];
  private bytes = 0;

  constructor(
    private readonly guardrail: string,
    private readonly judge: (texts: readonly SaidText[]) => Promise<readonly string[] | null>,
  ) {}

  begin(head: ResponseHead): void {
    this.framing = framingOf(head);
  }

  see(data: Uint8Array): Uint8Array {
    if (this.framing === 'none') return data;
    if (this.framing === 'closed') throw undecided(this.guardrail, 'the answer cannot be read');
    this.bytes += data.byteLength;
    if (this.bytes > MAX_BYTES) throw undecided(this.guardrail, 'the answer is too long');
    this.parts.push(data);
    return NOTHING;
  }

  async end(): Promise<Uint8Array> {
    const whole = Buffer.concat(this.parts);
    if (whole.length === 0) return NOTHING;
    switch (this.framing) {
      case 'json':
        return this.json(whole);
      case 'text':
        return this.text(whole);
      default:
        return this.stream(whole);
    }
  }

  private async json(whole: Buffer): Promise<Uint8Array> {
    const source = whole.toString('utf8');
    if (parsedJson(source) === undefined) throw undecided(this.guardrail, 'the answer is not JSON');
    const texts = jsonTexts(source, ANSWER_ROOTS);
    const others = await this.judge(texts);
    return others === null ? whole : Buffer.from(withTexts(source, texts, others));
  }

  private async text(whole: Buffer): Promise<Uint8Array> {
    const others = await this.judge([{ text: whole.toString('utf8'), role: 'assistant' }]);
    return others === null ? whole : Buffer.from(others.join(''));
  }

  /** A stream goes on as it is, or not at all. */
  private async stream(whole: Buffer): Promise<Uint8Array> {
    const texts = [...streamTexts(whole, this.framing === 'lines')];
    const others = await this.judge(texts.map((text) => ({ text, role: 'assistant' })));
    if (others?.some((other, index) => other !== texts[index]))
      throw violation(this.guardrail, 'the answer would have to be changed, which a stream cannot be');
    return whole;
  }
}

/** Each text once: a stream may tell it in pieces, and as a whole at the end. */
function streamTexts(whole: Buffer, isLines: boolean): Set<string> {
  const decoder = isLines ? new NdjsonDecoder() : new SseDecoder();
  const grown = new Map<string, string>();
  const told = new Set<string>();
  for (const { data } of [...decoder.push(whole), ...decoder.flush()]) {
    const event = parsedJson(data);
    if (!isObject(event)) continue;
    for (const text of jsonTexts(data, ANSWER_ROOTS)) {
      const name = pieceOf(event, text, isLines);
      if (name === null) told.add(text.text);
      else grown.set(name, (grown.get(name) ?? '') + text.text);
    }
  }
  return new Set([...grown.values(), ...told]);
}
