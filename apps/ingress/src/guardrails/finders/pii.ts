import { isIP } from 'node:net';
import type { PiiEntity } from '@tollgate/config';
import { spansOf, type Span } from './finding.js';

/*
 * Every expression is linear, or as good as: repetitions are bounded, and what may follow one does not begin as it does.
 */

const EMAIL =
  /(?<![\w.+%-])[\w.+%-]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,8}[a-z]{2,24}(?![\w-])/gi;
const CARD = /(?<![\d.-])\d(?:[ -]?\d){12,18}(?!\d)/g;
const IBAN = /(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}(?![A-Za-z0-9])/g;
const FOREIGN_PHONE = /(?<![\w.])(?:\+|00)\d{1,3}[ .-]?(?:\(\d{1,4}\)[ .-]?)?\d(?:[ .-]?\d){5,12}(?!\d)/g;
const US_PHONE = /(?<![\w.-])(?:\(\d{3}\) ?|\d{3}[-. ])\d{3}[-. ]\d{4}(?![\w-])/g;
const IP =
  /(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}(?!\w|\.\d)|[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?![\w:]))/gi;
const SSN = /(?<![\d-])(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\d-])/g;

/** Finds one kind of what tells of a person. */
export const PII_FINDERS: Readonly<Record<PiiEntity, (text: string) => Span[]>> = {
  EMAIL_ADDRESS: (text) => (text.includes('@') ? spansOf(text, EMAIL) : []),
  CREDIT_CARD: (text) => spansOf(text, CARD, isCard),
  IBAN_CODE: ibans,
  PHONE_NUMBER: (text) => [...spansOf(text, FOREIGN_PHONE), ...spansOf(text, US_PHONE)],
  IP_ADDRESS: (text) => spansOf(text, IP, isAddress),
  US_SSN: (text) => spansOf(text, SSN),
};

/** Luhn's sum, and a first digit that a card may have. */
function isCard(found: string): boolean {
  const digits = found.replaceAll(/\D/g, '');
  if (!/^[2-6]/.test(digits)) return false;
  let sum = 0;
  for (let index = 0; index < digits.length; index += 1) {
    const digit = Number(digits[digits.length - 1 - index]);
    const counted = index % 2 === 1 ? digit * 2 : digit;
    sum += counted > 9 ? counted - 9 : counted;
  }
  return sum % 10 === 0;
}

/** Capitals that follow a number look like a part of it: the longest beginning that is a number counts. */
function ibans(text: string): Span[] {
  return spansOf(text, IBAN).flatMap(({ start, end }) => {
    const found = text.slice(start, end);
    for (let length = found.length; length >= 15; length -= 1) {
      const isWhole = length === found.length || found[length] === ' ';
      if (isWhole && isIban(found.slice(0, length))) return [{ start, end: start + length }];
    }
    return [];
  });
}

/** ISO 13616: the rest of a division by 97. */
function isIban(found: string): boolean {
  const number = found.replaceAll(' ', '');
  let rest = 0;
  for (const sign of number.slice(4) + number.slice(0, 4)) {
    const value = Number.parseInt(sign, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return number.length >= 15 && rest === 1;
}

/** Not a time of day, and not the two colons of a programming language. */
const isAddress = (found: string): boolean => isIP(found) !== 0 && /[0-9a-f]{2}|\d/i.test(found);
