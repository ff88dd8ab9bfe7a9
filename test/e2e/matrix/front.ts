/** What a caller wants, in nobody's words. */
export interface Ask {
  readonly text: string;
  readonly stream: boolean;
  /** Names of tools that may be called; each takes a city. */
  readonly tools?: readonly string[];
  /** Base64 of a PNG. */
  readonly image?: string;
  /** The answer is to fit the schema of a trip. */
  readonly isStructured?: boolean;
  readonly isReasoned?: boolean;
}

export interface Call {
  /** Empty where a dialect has none. */
  readonly id: string;
  readonly name: string;
  readonly arguments: unknown;
}

/** What a caller makes of an answer, whole or streamed. */
export interface Said {
  readonly text: string;
  readonly thoughts: string;
  readonly calls: readonly Call[];
  /** In the dialect's own word. */
  readonly stop: unknown;
  readonly inputTokens: unknown;
  readonly outputTokens: unknown;
}

/** A request as it goes to the gateway. */
export interface FrontRequest {
  readonly path: string;
  readonly body: Json;
}

/** A dialect's caller: how it asks, and how it reads. */
export interface Front {
  readonly name: string;
  /** Its words for an answer that is over, and for one that waits for tools. */
  readonly stops: { readonly text: unknown; readonly tools: unknown };
  request(model: string, ask: Ask): FrontRequest;
  /** The request that sends a whole answer back with what its tools said. */
  goOn(request: FrontRequest, answer: Json, result: string): FrontRequest;
  whole(answer: Json): Said;
  /** Throws for a stream that is none of the dialect. */
  streamed(events: readonly StreamEvent[]): Said;
  /** The body of an error whose status is 429. */
  readonly refusal: Json;
  isErrorEvent(event: StreamEvent): boolean;
  isCleanEnd(event: StreamEvent): boolean;
}

export type Json = Record<string, unknown>;

export interface StreamEvent {
  readonly name: string | undefined;
  /** `[DONE]` is `{}`. */
  readonly data: Json;
  readonly isDone: boolean;
}

/** The events of a whole stream. */
export function eventsOf(text: string): StreamEvent[] {
  return text
    .split(/\r?\n\r?\n/)
    .filter((block) => /^data:/m.test(block))
    .map((block) => {
      const data = /^data: ?(.*)$/m.exec(block)?.[1] ?? '';
      const isDone = data === '[DONE]';
      return {
        name: /^event: ?(.*)$/m.exec(block)?.[1],
        data: isDone ? {} : (JSON.parse(data) as Json),
        isDone,
      };
    });
}

/** The parameters of every tool. */
export const CITY = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
};

export const TRIP = {
  type: 'object',
  properties: { city: { type: 'string' }, days: { type: 'integer' } },
  required: ['city', 'days'],
  additionalProperties: false,
};

export const record = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};

export const records = (value: unknown): Json[] => (Array.isArray(value) ? value.map(record) : []);

export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Texts of one member of all parts, joined. */
export const joined = (parts: readonly Json[], member: string): string =>
  parts.map((part) => textOf(part[member])).join('');
