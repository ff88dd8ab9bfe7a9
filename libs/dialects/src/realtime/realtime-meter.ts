import { NO_USAGE, type Usage } from '@tollgate/contracts';
import type { AnswerFacts } from '../codec/codec.js';
import { isObject, type Json } from '../json/json.js';
import { fieldOf } from '../usage/count.js';
import { usageOfRealtime } from '../usage/realtime-usage.js';
import { UsageTally, sumOfUsage } from './usage-tally.js';

/** Of text that no provider has counted. */
const CHARACTERS_PER_TOKEN = 4;
/** Of sound in 16 bits and 24 kHz, of which a token of an answer holds 50 ms, in base64. */
const SOUND_CHARACTERS_PER_TOKEN = 3_200;

/** Deltas of a response, in the words of OpenAI's first version and of the present one. */
const TEXT_DELTA = /^response\..*(?:text|transcript|arguments)\.delta$/;
const SOUND_DELTA = /^response\.(?:output_)?audio\.delta$/;
const TRANSCRIBED = 'conversation.item.input_audio_transcription.completed';

/** What has come of a response that is not done: nobody has counted it. */
interface Running {
  textCharacters: number;
  soundCharacters: number;
}

/** Adds up what a session uses, from the provider's own events. */
export class RealtimeMeter implements AnswerFacts {
  readonly serviceTier = null;
  readonly characters = 0;
  /** The session's. */
  responseId: string | null = null;
  /** What the model used that makes transcripts of the caller's words: it is another one, with its own prices. */
  readonly transcripts = new UsageTally();
  /** null: the session has not told. */
  transcriptModel: string | null = null;
  private readonly responses = new UsageTally();
  private readonly running = new Map<string, Running>();
  private lastPrompt: Usage = NO_USAGE;

  /** No response is under way, so that all is counted. */
  get finished(): boolean {
    return this.running.size === 0;
  }

  get rawUsage(): Json | null {
    return this.responses.rawUsage;
  }

  /** What the provider told, and an estimate of what is under way: at least the prompt of the last response, and what has come. */
  get usage(): Usage {
    let { usage } = this.responses;
    for (const { textCharacters, soundCharacters } of this.running.values()) {
      const output = Math.ceil(textCharacters / CHARACTERS_PER_TOKEN);
      const audioOutput = Math.ceil(soundCharacters / SOUND_CHARACTERS_PER_TOKEN);
      usage = sumOfUsage(usage, { ...this.lastPrompt, output, audioOutput });
    }
    return usage;
  }

  /** Reads a message of the provider; true when it changed what was used. Never throws. */
  see(message: Uint8Array): boolean {
    const event = eventOf(message);
    const type = textAt(event, 'type') ?? '';
    if (event === null) return false;
    if (type.startsWith('session.')) this.seeSession(event['session']);
    if (type.endsWith('.delta')) return this.seeDelta(type, event);
    if (type === 'response.created') {
      this.running.set(responseOf(event), noneYet());
      return true;
    }
    if (type === 'response.done') return this.countResponse(event);
    return type === TRANSCRIBED && this.countTranscript(event['usage']);
  }

  private seeSession(session: unknown): void {
    this.responseId ??= textAt(session, 'id');
    const input = fieldOf(fieldOf(session, 'audio'), 'input');
    const transcription = fieldOf(input, 'transcription') ?? fieldOf(session, 'input_audio_transcription');
    this.transcriptModel = textAt(transcription, 'model') ?? this.transcriptModel;
  }

  private seeDelta(type: string, event: Json): boolean {
    const characters = textAt(event, 'delta')?.length ?? 0;
    const isSound = SOUND_DELTA.test(type);
    if (characters === 0 || (!isSound && !TEXT_DELTA.test(type))) return false;
    const id = textAt(event, 'response_id') ?? '';
    const running = this.running.get(id) ?? noneYet();
    this.running.set(id, running);
    if (isSound) running.soundCharacters += characters;
    else running.textCharacters += characters;
    return true;
  }

  /** NOTE one that failed has no usage, and costs nothing. */
  private countResponse(event: Json): boolean {
    this.running.delete(responseOf(event));
    const raw = fieldOf(event['response'], 'usage');
    const usage = usageOfRealtime(raw);
    if (usage === null || !isObject(raw)) return true;
    this.responses.add(usage, raw);
    this.lastPrompt = { ...usage, output: 0, reasoning: 0, audioOutput: 0, imageOutput: 0 };
    return true;
  }

  private countTranscript(raw: unknown): boolean {
    if (!isObject(raw)) return false;
    const usage = usageOfRealtime(raw);
    const { seconds } = raw;
    if (usage !== null) this.transcripts.add(usage, raw);
    else if (typeof seconds === 'number' && seconds > 0) this.transcripts.addSeconds(seconds, raw);
    return true;
  }
}

const noneYet = (): Running => ({ textCharacters: 0, soundCharacters: 0 });

function eventOf(message: Uint8Array): Json | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(message).toString());
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

const responseOf = (event: Json): string => textAt(event['response'], 'id') ?? '';

function textAt(value: unknown, name: string): string | null {
  const text = fieldOf(value, name);
  return typeof text === 'string' ? text : null;
}
