import type { IncomingHttpHeaders } from 'node:http';
import type { WebSocket } from 'ws';
import { labModel, type LabModel } from './lab-model.js';

/** What a response of the lab uses, beside its text tokens. */
const AUDIO_TOKENS = 15;
const PROMPT = {
  input_tokens: 30,
  input_token_details: {
    ...{ text_tokens: 20, audio_tokens: 10, cached_tokens: 8 },
    cached_tokens_details: { text_tokens: 6, audio_tokens: 2 },
  },
};

/** What a transcript of the lab uses. */
const TRANSCRIPT = {
  ...{ type: 'tokens', input_tokens: 14, output_tokens: 4 },
  input_token_details: { text_tokens: 0, audio_tokens: 14 },
};
const TRANSCRIBED = 'conversation.item.input_audio_transcription.completed';

interface ClientEvent {
  readonly type: string;
  readonly audio?: string;
  readonly session?: object;
}

/** A session of the lab: OpenAI's events, as far as anybody needs them. */
export class LabSession {
  /** Responses that were told to be done, with their usage. */
  responses = 0;
  /** Characters of sound that came in. */
  heard = 0;
  /** What the client sent, by the types of its events. */
  readonly events: ClientEvent[] = [];
  /** null: it is open. */
  closeCode: number | null = null;
  private begun = 0;
  private readonly behaviour: LabModel;

  constructor(
    private readonly socket: WebSocket,
    /** As the request has it. */
    readonly model: string,
    readonly headers: IncomingHttpHeaders,
    readonly url: string,
  ) {
    this.behaviour = labModel(model);
    socket.on('message', (data) => this.receive(JSON.parse((data as Buffer).toString()) as ClientEvent));
    socket.on('close', (code) => {
      this.closeCode = code;
    });
    socket.on('error', () => undefined);
    const audio = { input: { transcription: { model: 'gpt-4o-transcribe' } } };
    this.say({ type: 'session.created', session: { id: 'sess_lab', model, audio } });
  }

  private receive(event: ClientEvent): void {
    this.events.push(event);
    if (event.type === 'input_audio_buffer.append') this.heard += event.audio?.length ?? 0;
    if (event.type === 'session.update')
      this.say({ type: 'session.updated', session: { model: this.model, ...event.session } });
    if (event.type === 'response.create') this.respond();
  }

  private respond(): void {
    const { tokens, sounds, soundBytes, dieAt, closeCode, endless, transcribes } = this.behaviour;
    this.begun += 1;
    if (transcribes) this.say({ type: TRANSCRIBED, transcript: 'hello', usage: TRANSCRIPT });
    const id = `resp_${this.begun}`;
    const response_id = id;
    this.say({ type: 'response.created', response: { id, status: 'in_progress' } });
    this.say({ type: 'response.output_text.delta', response_id, delta: 'word'.repeat(tokens) });
    if (this.begun === dieAt) {
      this.socket.terminate();
      return;
    }
    const delta = 'A'.repeat(soundBytes);
    for (let sound = 0; sound < sounds; sound += 1)
      this.say({ type: 'response.output_audio.delta', response_id, delta });
    if (endless) return;
    this.responses += 1;
    const output_token_details = { text_tokens: tokens, audio_tokens: AUDIO_TOKENS };
    const usage = { ...PROMPT, output_tokens: tokens + AUDIO_TOKENS, output_token_details };
    this.say({ type: 'response.done', response: { id, status: 'completed', usage } });
    if (closeCode !== 0) this.socket.close(closeCode, 'as you wished');
  }

  private say(event: object): void {
    this.socket.send(JSON.stringify(event));
  }
}
