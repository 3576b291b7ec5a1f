/** One row of a split, its columns renamed to the template's slots. */
export interface Example {
  /** Place of the row in its file, from 0 (for messages). */
  readonly index: number;
  /** Slot of the template → text of the row. The answer is not among them. */
  readonly fields: Readonly<Record<string, string>>;
  /** Classification: the right label. */
  readonly label?: string;
  /** Generation: the reference text. */
  readonly output?: string;
}
