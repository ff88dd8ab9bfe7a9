import { plainest } from './folding.js';

/*
 * Heuristics: they see what is said plainly, and a determined attacker gets past them. Gaps between words are bounded.
 */

const BEFORE = '(?:previous|prior|above|earlier|preceding|foregoing|system|original|initial)';
const ORDERS = '(?:instructions?|prompts?|rules|directions|guidelines|commands|messages|context)';

const INJECTIONS: readonly RegExp[] = [
  new RegExp(
    `\\b(?:ignore|disregard|forget|override|bypass|discard)\\b(?: \\S{1,20}){0,4} ${BEFORE}(?: \\S{1,20}){0,2} ${ORDERS}\\b`,
    'i',
  ),
  /\b(?:ignore|disregard|forget) (?:everything|anything|all)(?: \S{1,20}){0,3} (?:above|before|told|said|instructed)\b/i,
  /\b(?:reveal|show|print|repeat|output|display|leak|tell me)\b(?: \S{1,20}){0,4} (?:system|hidden|initial|secret|developer) (?:prompt|instructions?|message)\b/i,
  /\brepeat (?:everything|all|the (?:words|text))(?: \S{1,20}){0,3} above\b/i,
  /\byou are (?:now|no longer)\b(?: \S{1,20}){0,6} (?:dan|jailbroken|unrestricted|unfiltered|uncensored|bound by)\b/i,
  /\bdo anything now\b|\bdeveloper mode (?:enabled|on|activated)\b|\bjailbreak mode\b/i,
  /\b(?:bypass|disable|turn off|circumvent|evade)\b(?: \S{1,20}){0,3} (?:safety|content|ethical|moderation) (?:filters?|guidelines|polic(?:y|ies)|restrictions|measures|protocols?)\b/i,
  /\b(?:pretend|act|respond|answer)\b(?: \S{1,20}){0,8} (?:no|without(?: any)?) (?:restrictions|rules|limitations|filters|guidelines|ethics)\b/i,
  /\bnew (?:system )?(?:instructions|prompt) ?:/i,
  // Marks of turns that no user writes.
  /<\|(?:im_start|im_end|system|start_header_id|eot_id)\|>|<<\/?SYS>>|\[\/?INST\]|<\/?system(?:_prompt)?>/i,
  // The first of these in German, French, Spanish, Italian and Portuguese.
  /\b(?:ignoriere|vergiss|missachte)\b(?: \S{1,20}){0,4} (?:vorherigen|vorigen|bisherigen|obigen) (?:anweisungen|regeln|befehle)/i,
  /\b(?:ignorez?|oubliez?)\b(?: \S{1,20}){0,3} (?:instructions|consignes|règles) (?:précédentes|antérieures|ci-dessus)/i,
  /\b(?:ignora|olvida|ignore|esqueça|dimentica)\b(?: \S{1,20}){0,3} (?:instrucciones|instruções|istruzioni|reglas|regras|regole) (?:anteriores|previas|prévias|precedenti)/i,
];

/** Whether a text wants the model to do something else than it was told. */
export function isInjection(text: string): boolean {
  const plain = plainest(text).replaceAll(/\s+/g, ' ');
  return INJECTIONS.some((expression) => expression.test(plain));
}
