/** Where a client calls, as whom, and which model. */
export interface Place {
  /** Of the gateway. */
  readonly url: string;
  readonly apiKey: string;
  readonly model: string;
}

/** What came of a prompt that makes the model call `TOOL`, when its result had been sent back. */
export interface ToolRound {
  readonly name: string;
  readonly arguments: unknown;
  /** What the model said to the result. */
  readonly text: string;
}

/** Why a call is not answered. */
export type Refusal = 'wrongKey' | 'unknownModel' | 'overBudget' | 'rateLimited';

/** How a client shows its user a refused call. */
interface ShownError {
  readonly type: abstract new (...parameters: never[]) => Error;
  readonly fields: object;
}

/** A vendor's client as its users have it, and what they may expect of it. */
export interface Client {
  readonly name: string;
  /** The answer's text. */
  text(place: Place, prompt: string): Promise<string>;
  /** The pieces of the answer's text, as they come. */
  stream(place: Place, prompt: string): AsyncIterable<string>;
  /** The first answer, that which calls the tool, may come as a stream. */
  toolRound(place: Place, prompt: string, stream: boolean): Promise<ToolRound>;
  /** The names of all models that there are. */
  list?(place: Place): Promise<readonly string[]>;
  /** How many tokens a prompt has. */
  count?(place: Place, prompt: string): Promise<number>;
  embed?(place: Place, texts: string[]): Promise<readonly (readonly number[])[]>;
  readonly errors: Readonly<Record<Refusal, ShownError>>;
}

/** The tool that models are given. */
export const TOOL = {
  name: 'lookup',
  description: 'Tells the weather',
  parameters: {
    type: 'object' as const,
    properties: { city: { type: 'string' as const } },
    required: ['city'],
  },
};

export const TOOL_RESULT = '42 degrees';
