/** Something that can be written at the cursor. */
export interface Completion {
  readonly label: string;
  readonly kind: "column" | "slot" | "label" | "model" | "sample" | "file";
  /** Source text that takes the place of `offset`, `length`. */
  readonly insert: string;
  readonly offset: number;
  readonly length: number;
  /** One line beside the label. */
  readonly detail?: string;
}

/** What the files beside an experiment hold, asked for only where it is needed. Nothing is thrown: what cannot be read has nothing to offer. */
export interface ExperimentFacts {
  /** The columns of the training rows. */
  columns(): Promise<readonly string[]>;
  /** The different values of a column, the most frequent first, as far as the file was looked at. */
  values(column: string): Promise<readonly string[]>;
  /** The rows that were looked at: column → text. */
  rows(): Promise<readonly Readonly<Record<string, string>>[]>;
  /** Files below the experiment's folder with one of the endings, as the experiment would write them. */
  files(endings: readonly string[]): Promise<readonly string[]>;
}
