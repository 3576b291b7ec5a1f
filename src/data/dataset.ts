import { createHash, hash } from "node:crypto";
import type { Example } from "./example.js";
import { foldText } from "./fold-text.js";
import { type SplitName, splitNames } from "./split-names.js";

export { type SplitName, splitNames };

export interface DatasetNotice {
  readonly code: string;
  readonly text: string;
}

export interface Dataset {
  readonly name: string;
  readonly splits: {
    readonly train: readonly Example[];
    readonly validation: readonly Example[];
    readonly test?: readonly Example[];
  };
  /** Classification: the labels, in the verbalizer's order or sorted. Empty for generation. */
  readonly labels: readonly string[];
  /** SHA-256 (hex) over every split's rows in order: equal hashes mean equal data. */
  readonly hash: string;
  readonly notices: readonly DatasetNotice[];
}

/** What a task needs of the data. */
export interface DatasetNeeds {
  /** Slots of the template that hold text, without the answer's. */
  readonly slots: readonly string[];
  /** Those of them that a row may leave empty. */
  readonly optional?: readonly string[];
  /** The answer's slot: a label (classification), free text (generation) or tags (sequence labelling), which are text too. */
  readonly answer: "label" | "output" | "tags";
  /** The only labels allowed (the verbalizer's), in their order. */
  readonly labels?: readonly string[];
}

/** What two rows are compared by: their texts, folded, in the order of their slots' names. SHA-256 (hex). */
export function fingerprint(example: Example): string {
  return fingerprintOf(
    Object.keys(example.fields)
      .sort()
      .map((slot) => example.fields[slot]),
  );
}

/** The fingerprint of a row from its texts; each seed gives independent ones. */
export function fingerprintOf(texts: readonly string[], seed?: number): string {
  const folded = texts.map(foldText);
  return hash("sha256", JSON.stringify(seed === undefined ? folded : [seed, folded]));
}

/** A fingerprint as a number in [0, 1): its first 48 bits. Texts spread evenly, and the same text always stands at the same place. */
export function placeOf(print: string): number {
  return Number.parseInt(print.slice(0, 12), 16) / 2 ** 48;
}

/** SHA-256 (hex) over all rows: split, slots in order of name, texts, answer. */
export function contentHash(splits: Dataset["splits"]): string {
  const sum = createHash("sha256");
  for (const split of splitNames) {
    for (const { fields, label, output } of splits[split] ?? []) {
      const sorted = Object.keys(fields)
        .sort()
        .map((slot) => [slot, fields[slot]]);
      sum.update(`${JSON.stringify([split, sorted, label ?? null, output ?? null])}\n`);
    }
  }
  return sum.digest("hex");
}
