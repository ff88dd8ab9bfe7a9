import type { Setting } from '../setting-value.js';

/** When a guardrail looks: before the call, beside it (and the answer waits for it), or at the answer. */
export const GUARDRAIL_MODES = ['pre_call', 'during_call', 'post_call'] as const;
export type GuardrailMode = (typeof GUARDRAIL_MODES)[number];

/** What can be told from a text alone, by Presidio's names. */
export const PII_ENTITIES = [
  'EMAIL_ADDRESS',
  'PHONE_NUMBER',
  'CREDIT_CARD',
  'IBAN_CODE',
  'IP_ADDRESS',
  'US_SSN',
] as const;
export type PiiEntity = (typeof PII_ENTITIES)[number];

export type GuardrailAction = 'block' | 'mask';

export interface TextPattern {
  readonly name: string;
  readonly finds: PiiEntity | { readonly source: string; readonly flags: string };
  readonly action: GuardrailAction;
  /** What stands in its place; null: a placeholder, for which the answer gets back what was there. */
  readonly tag: string | null;
}

export interface WebhookRule {
  readonly kind: 'webhook';
  readonly url: Setting;
  readonly apiKey: Setting | null;
  /** Signs what is sent. */
  readonly secret: Setting | null;
  readonly headers: Readonly<Record<string, Setting>>;
  readonly timeoutMs: number;
  /** Whether calls go on while it does not answer. */
  readonly failsOpen: boolean;
  readonly parameters: Readonly<Record<string, unknown>>;
}

export interface ModerationRule {
  readonly kind: 'moderation';
  readonly model: string;
  readonly failsOpen: boolean;
}

export interface TopicsRule {
  readonly kind: 'topics';
  /** Asked whether a text is about one of the topics. */
  readonly model: string;
  readonly topics: readonly string[];
  readonly failsOpen: boolean;
}

export type GuardrailRule =
  | { readonly kind: 'patterns'; readonly patterns: readonly TextPattern[] }
  | { readonly kind: 'secrets'; readonly action: GuardrailAction }
  | { readonly kind: 'prompt_injection' }
  | { readonly kind: 'max_length'; readonly maxCharacters: number }
  | WebhookRule
  | ModerationRule
  | TopicsRule;

export interface Guardrail {
  readonly name: string;
  /** As the file calls it. */
  readonly label: string;
  readonly modes: ReadonlySet<GuardrailMode>;
  /** Holds for every call. */
  readonly isDefault: boolean;
  readonly rule: GuardrailRule;
  /** `guardrail_info`, as it is shown. */
  readonly info: Readonly<Record<string, unknown>> | null;
}
