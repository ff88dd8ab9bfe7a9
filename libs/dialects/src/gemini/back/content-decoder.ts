import { GatewayError, type ServiceTier, type Usage } from '@tollgate/contracts';
import { ChatChunks } from '../../codec/chat-answers.js';
import type { AnswerOptions, StreamDecoder } from '../../codec/codec.js';
import { isObject, objectAt, optionalList, type Json } from '../../json/json.js';
import { DONE } from '../../sse/parse-event.js';
import type { SseEvent } from '../../sse/sse-decoder.js';
import { errorOfGoogle } from '../google-error.js';
import { chatLogprobs } from '../logprobs.js';
import { factsOfContent } from './answer-facts.js';
import { CandidateReader } from './candidate-reader.js';
import { blockedCandidate } from './content-to-chat.js';

interface Candidate {
  readonly reader: CandidateReader;
  isFinished: boolean;
}

/** Reads Gemini's stream: answers that add up, the last of each candidate with a reason. Nothing marks the end. */
export class ContentDecoder implements StreamDecoder {
  usage: Usage | null = null;
  rawUsage: unknown = null;
  serviceTier: ServiceTier | null = null;
  started = false;
  done = false;
  private readonly chunks: ChatChunks;
  private readonly candidates = new Map<number, Candidate>();
  private searches = 0;
  private isUsageTold = false;

  constructor(private readonly options: AnswerOptions) {
    this.chunks = new ChatChunks(options);
  }

  get responseId(): string | null {
    return this.chunks.id;
  }

  get finished(): boolean {
    return this.candidates.size > 0 && [...this.candidates.values()].every(({ isFinished }) => isFinished);
  }

  push(event: SseEvent): Json[] {
    if (event.data === DONE) this.done = this.finished;
    return answersOf(event).flatMap((answer) => this.read(answer));
  }

  private read(answer: Json): Json[] {
    const error = errorOfGoogle(answer);
    if (error !== null) throw error;
    this.started = true;
    this.learn(answer);
    const candidates = optionalList(answer['candidates'], 'candidates', 'answer');
    const isBlocked =
      candidates.length === 0 && isObject(answer['promptFeedback']) && this.candidates.size === 0;
    const told = (isBlocked ? [blockedCandidate(answer)] : candidates).flatMap((candidate, index) =>
      this.candidate(objectAt(candidate, `candidates[${index}]`, 'answer'), index),
    );
    return [...told, ...this.usageChunk()];
  }

  private learn(answer: Json): void {
    const { usage, rawUsage, serviceTier, responseId } = factsOfContent(answer);
    this.chunks.id ??= responseId;
    if (usage === null) return;
    // The searches come with one of the answers, which need not be the last.
    this.searches = Math.max(this.searches, usage.searches);
    this.usage = { ...usage, searches: this.searches };
    this.rawUsage = rawUsage;
    this.serviceTier = serviceTier;
  }

  private candidate(candidate: Json, place: number): Json[] {
    const field = `candidates[${place}]`;
    const index = typeof candidate['index'] === 'number' ? candidate['index'] : place;
    const isNew = !this.candidates.has(index);
    const { reader, isFinished } = this.candidateAt(index);
    const logprobs = chatLogprobs(candidate['logprobsResult']);
    const deltas = reader.read(candidate, field).map((delta) => this.chunks.chunk(delta, null, null, index));
    const told = logprobs === null ? [] : [this.chunks.chunk({}, null, logprobs, index)];
    return [
      ...(isNew ? [this.chunks.start(index)] : []),
      ...deltas,
      ...told,
      ...(isFinished ? [] : this.finish(candidate, index)),
    ];
  }

  private candidateAt(index: number): Candidate {
    const known = this.candidates.get(index);
    if (known !== undefined) return known;
    const reader = new CandidateReader(() => `${this.chunks.id ?? ''}_${index}`);
    const candidate = { reader, isFinished: false };
    this.candidates.set(index, candidate);
    return candidate;
  }

  private finish({ finishReason: reason, finishMessage: message }: Json, index: number): Json[] {
    if (reason === undefined || reason === null) return [];
    const candidate = this.candidateAt(index);
    candidate.isFinished = true;
    const end = candidate.reader.end(reason, message);
    return [
      ...end.deltas.map((delta) => this.chunks.chunk(delta, null, null, index)),
      this.chunks.chunk({}, end.finishReason, null, index),
    ];
  }

  private usageChunk(): Json[] {
    if (!this.finished || this.isUsageTold || this.usage === null || !this.options.includeUsage) return [];
    this.isUsageTold = true;
    return [this.chunks.usage(this.usage)];
  }
}

/** The answers of an event: one, or of a stream that is no SSE a list. */
function answersOf({ data }: SseEvent): Json[] {
  if (data === '' || data === DONE) return [];
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch (cause) {
    throw new GatewayError('upstream_invalid_response', 'The provider sent an event that is not valid JSON', {
      cause,
    });
  }
  return (Array.isArray(value) ? value : [value]).map((each) => objectAt(each, 'event', 'answer'));
}
