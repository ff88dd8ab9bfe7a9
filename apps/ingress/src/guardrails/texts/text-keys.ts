/** What a value within a request or an answer is read as. */
export interface Scope {
  /** Which of its members are looked at: those that are `roots`, those that hold texts, all, or none. */
  readonly members: 'roots' | 'texts' | 'all' | 'none';
  /** A string here is a text. */
  readonly isText: boolean;
  readonly isJson: boolean;
  /** A text only where the type of what it is part of says so. */
  readonly isData?: boolean;
  readonly role?: string;
}

export const TOP: Scope = { members: 'roots', isText: false, isJson: false };
const NONE: Scope = { members: 'none', isText: false, isJson: false };
const INNER: Scope = { members: 'texts', isText: false, isJson: false };
const TEXT: Scope = { members: 'texts', isText: true, isJson: false };
const JSON_TEXT: Scope = { members: 'all', isText: true, isJson: true };
const DATA: Scope = { ...TEXT, isData: true };
/** An object in its place is settings. */
const STRING: Scope = { members: 'none', isText: true, isJson: false };
const WHOLE_VALUE: Scope = { members: 'all', isText: true, isJson: false };

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** Members of requests with what a model will read, in any dialect. */
export const REQUEST_ROOTS = words(`
  messages input inputs contents content prompt suffix system instructions systemInstruction system_instruction
  query documents texts requests instances message chat_history preamble prediction inputText
  generateContentRequest`);

/** Members of answers, and of the events of streams, with what a model has said. */
export const ANSWER_ROOTS = words(`
  choices content output candidates message text response delta part item arguments content_block completion
  instructions outputText refusal results thinking`);

/** Members that hold a text, or more of them. */
const TEXTS = words(`
  content text parts output refusal delta tool_plan title context prompt query response completion outputText
  system instructions transcript reasoning_content thinking summary`);

/** JSON in a string, or as it is: arguments of tools. */
const ARGUMENTS = words('arguments partial_json');

/** Values of any shape: what tools are given, and what they find. */
const WHOLE = words('args input response json documents variables');

/** What only a model's vendor reads, whatever it holds. */
const CLOSED = words('logprobs signature');

const SYSTEM = words('system instructions systemInstruction system_instruction preamble');

/** How the value of a member is read. */
export function keyScope(scope: Scope, key: string, roots: ReadonlySet<string>): Scope {
  switch (scope.members) {
    case 'none':
      return NONE;
    case 'all':
      return WHOLE_VALUE;
    case 'roots':
      if (!roots.has(key)) return NONE;
      if (SYSTEM.has(key)) return { ...TEXT, role: 'system' };
      if (ARGUMENTS.has(key)) return JSON_TEXT;
      return key === 'documents' ? WHOLE_VALUE : TEXT;
    case 'texts':
      if (CLOSED.has(key)) return NONE;
      if (ARGUMENTS.has(key)) return JSON_TEXT;
      if (WHOLE.has(key)) return WHOLE_VALUE;
      if (key === 'data') return DATA;
      if (key === 'reasoning') return STRING;
      return TEXTS.has(key) ? TEXT : INNER;
  }
}
