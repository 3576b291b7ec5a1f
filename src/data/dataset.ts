import { createHash } from "node:crypto";
import type { Example } from "./example.js";

export const splitNames = ["train", "validation", "test"] as const;
export type SplitName = (typeof splitNames)[number];

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

/** What two rows are compared by: their text, without regard to case, compatibility forms and white space. */
export function fingerprint(example: Example): string {
  const texts = Object.keys(example.fields)
    .sort()
    .map((slot) => example.fields[slot].normalize("NFKC").toLowerCase().replace(/\s+/g, " ").trim());
  return createHash("sha256").update(JSON.stringify(texts)).digest("hex");
}

/** SHA-256 (hex) over all rows: split, slots in order of name, texts, answer. */
export function contentHash(splits: Dataset["splits"]): string {
  const hash = createHash("sha256");
  for (const split of splitNames) {
    for (const { fields, label, output } of splits[split] ?? []) {
      const sorted = Object.keys(fields)
        .sort()
        .map((slot) => [slot, fields[slot]]);
      hash.update(`${JSON.stringify([split, sorted, label ?? null, output ?? null])}\n`);
    }
  }
  return hash.digest("hex");
}
