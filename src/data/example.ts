/** One row as a task sees it. */
export interface Example {
  /** 0-based number of the row in its file (in its split, for a sample): unique within the split. */
  readonly index: number;
  /** Slot of the template → text. No prototype. */
  readonly fields: Readonly<Record<string, string>>;
  /** For classification. */
  readonly label?: string;
  /** For generation: the text to be produced; for sequence labelling: the tags, as the data has them. */
  readonly output?: string;
}
