import { PromptTuningError } from "../common/errors.js";

/** A slot's tokens in a row, before the row is made to fit. */
export interface SlotTokens {
  readonly name: string;
  /** The slot's parts, of which those at the end go first as wholes: one text, or a passage each. */
  readonly parts: readonly Int32Array[];
  /** Whether whole parts are left out before anything else is cut. */
  readonly isContext: boolean;
}

export interface FittedSlot {
  readonly ids: Int32Array;
  /** Tokens that are not there any more. */
  readonly lost: number;
  /** Parts that are gone as a whole. */
  readonly leftOut: number;
}

/**
 * Makes the slots fit into `room` tokens together. Passages go first, whole ones from the last on; a single one that is
 * still too long is cut at its end. Then texts lose tokens from their end: those of `cut` in its order, or, without it,
 * the longest one first (the first of equally long ones).
 * @throws kind "data" where only slots that must not be cut are left
 */
export function fitSlots(slots: readonly SlotTokens[], room: number, cut?: readonly string[]): FittedSlot[] {
  const lengths = slots.map(({ parts }) => parts.reduce((sum, part) => sum + part.length, 0));
  let excess = lengths.reduce((sum, length) => sum + length, 0) - room;
  const shorten = (slot: number, most: number): void => {
    const length = keptLength(slots[slot], Math.max(0, most));
    excess -= lengths[slot] - length;
    lengths[slot] = length;
  };
  for (let slot = slots.length - 1; slot >= 0 && excess > 0; slot--) if (slots[slot].isContext) shorten(slot, lengths[slot] - excess);
  if (excess > 0 && cut === undefined) cutLongest(lengths, excess);
  else if (excess > 0) {
    for (const name of cut ?? []) for (let slot = slots.length - 1; slot >= 0 && excess > 0; slot--) if (slots[slot].name === name) shorten(slot, lengths[slot] - excess);
    if (excess > 0) throw tooLong(slots, lengths, room);
  }
  return slots.map((slot, index) => fitted(slot, lengths[index]));
}

/** A slot alone, in at most so many tokens. */
export function fitSlot(slot: SlotTokens, most: number): FittedSlot {
  return fitted(slot, keptLength(slot, most));
}

/** How many tokens stay where there is room for `most`: of passages whole ones, but for the first. */
function keptLength({ parts, isContext }: SlotTokens, most: number): number {
  if (!isContext) return Math.min(most, parts[0]?.length ?? 0);
  let length = 0;
  for (const [index, part] of parts.entries()) {
    if (length + part.length > most) return index === 0 ? most : length;
    length += part.length;
  }
  return length;
}

function fitted({ parts }: SlotTokens, length: number): FittedSlot {
  const all = parts.length === 1 ? parts[0] : Int32Array.from(parts.flatMap((part) => [...part]));
  let end = 0;
  const kept = parts.filter((part) => (end += part.length) - part.length < length).length;
  return { ids: all.subarray(0, length), lost: all.length - length, leftOut: parts.length - kept };
}

function cutLongest(lengths: number[], excess: number): void {
  let left = excess;
  while (left > 0) {
    const longest = lengths.indexOf(Math.max(...lengths));
    const second = Math.max(0, ...lengths.filter((_, index) => index !== longest));
    const loss = Math.min(left, Math.max(1, lengths[longest] - second));
    lengths[longest] -= loss;
    left -= loss;
  }
}

function tooLong(slots: readonly SlotTokens[], lengths: readonly number[], room: number): PromptTuningError {
  const longest = lengths.indexOf(Math.max(...lengths));
  return new PromptTuningError("data", `The row is too long: its texts take ${lengths.reduce((sum, length) => sum + length, 0)} tokens where ${room} are left, although everything that task.cut names is cut.`, {
    reason: `The longest that is left is {${slots[longest].name}} with ${lengths[longest]} tokens.`,
    advice: `Add "${slots[longest].name}" to task.cut, give it a limit in task.maxTokens, or shorten the row.`,
  });
}
