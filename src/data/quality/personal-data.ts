import type { z } from "zod";
import { visibleText } from "../../common/visible-text.js";
import { findingsSchema, FindingTally } from "./finding-tally.js";

export const personalDataKinds = ["email", "phone", "iban", "card"] as const;
export type PersonalDataKind = (typeof personalDataKinds)[number];

/** Hints, not findings: patterns also match what is no personal data, and miss much that is. */
export const personalDataHintsSchema = findingsSchema(personalDataKinds);
export type PersonalDataHints = z.infer<typeof personalDataHintsSchema>;

/** The longest local part and domain that RFC 5321 (4.5.3.1) allows. */
const localPart = /[\p{L}\p{N}.!#$%&'*+/=?^_`{|}~-]{1,64}$/u;
const domain = /^(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.){1,8}\p{L}{2,24}(?![\p{L}\p{N}-])/u;

/** Digits with the separators of telephone numbers; the whole run, so that a part of a longer number is no hit. */
const digitRun = /(?<![\p{L}\p{N}+]|\p{N}[.,:/-])(?:\+|\(\+?)?\d(?:[ ().\/-]{0,2}\d){6,18}(?![\p{L}\p{N}]|[.,:/-]\d)/gu;
const ibanRun = /(?<![\p{L}\p{N}])[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}(?![\p{L}\p{N}])/gu;

export function* personalDataIn(text: string): Generator<{ readonly kind: PersonalDataKind; readonly found: string }> {
  for (let at = text.indexOf("@"); at >= 0; at = text.indexOf("@", at + 1)) {
    const before = localPart.exec(text.slice(Math.max(0, at - 64), at));
    const after = before && domain.exec(text.slice(at + 1, at + 256));
    if (after) yield { kind: "email", found: `${before[0]}@${after[0]}` };
  }
  if (!/\d[^\p{L}]{0,12}\d/u.test(text)) return;
  for (const [found] of text.matchAll(ibanRun)) if (isIban(found.replaceAll(" ", ""))) yield { kind: "iban", found };
  for (const [found] of text.matchAll(digitRun)) {
    if (isCardNumber(found)) yield { kind: "card", found };
    else if (isPhoneNumber(found)) yield { kind: "phone", found };
  }
}

/**
 * Whether a run of digits is written as telephone numbers are: international (+ or 00), national with its leading zero,
 * or in the groups of North America. Other runs are as well amounts, dates, years or identifiers.
 */
function isPhoneNumber(run: string): boolean {
  const digits = run.replace(/\D/g, "");
  if (digits.length > 15 || /^(\d)\1+$/.test(digits)) return false;
  if (/^\(?\+/.test(run)) return digits.length >= 8;
  if (/^00[1-9]/.test(digits)) return digits.length >= 10;
  // Dates such as 01.02.2003 and 01-02-2003 begin with a zero too.
  if (/^\(?0[1-9]/.test(run)) return digits.length >= 9 && digits.length <= 12 && !/^\d{1,2}[-./ ]\d{1,2}[-./ ]\d{2,4}\b/.test(run);
  return /^(1[-. ])?(\(\d{3}\) ?|\d{3}[-. ])\d{3}[-. ]\d{4}$/.test(run);
}

/** ISO 13616: the four first characters go to the end, letters count from 10, the number leaves 1 when divided by 97. */
export function isIban(text: string): boolean {
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(text)) return false;
  let rest = 0;
  for (const character of text.slice(4) + text.slice(0, 4)) {
    const value = Number.parseInt(character, 36);
    rest = (rest * (value < 10 ? 10 : 100) + value) % 97;
  }
  return rest === 1;
}

/** 13 to 19 digits beginning as the large networks' numbers do (ISO/IEC 7812), in blocks or plain, with a valid check digit (Luhn). */
export function isCardNumber(run: string): boolean {
  if (!/^[2-6]\d{3}([ -]?)\d{4,6}\1\d{4,5}(\1\d{1,7})?$/.test(run)) return false;
  const digits = run.replace(/\D/g, "");
  if (digits.length < 13 || digits.length > 19 || /^(\d)\1+$/.test(digits)) return false;
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]);
    const doubled = i % 2 === 0 ? digit : digit * 2;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

/** Counts personal data hints over texts, one text a row; examples are masked. */
export class PersonalDataCounter {
  private readonly tally = new FindingTally<PersonalDataKind>(personalDataKinds);

  add(text: string): void {
    this.tally.addRow(personalDataIn(text), ({ found }) => masked(found));
  }

  result(): PersonalDataHints {
    return this.tally.result();
  }
}

/** The first and last two characters: enough to find the place again, too little to pass on. */
function masked(found: string): string {
  const characters = [...found];
  return visibleText(characters.map((character, i) => (i < 2 || i >= characters.length - 2 || character === "@" ? character : "•")).join(""));
}
