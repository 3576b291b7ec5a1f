import type { EvaluationMeasures } from "../../runs/events.js";

/** What of a generated answer could not be taken as it stands; each is left out, and counted. */
export type ReadingProblems = Omit<NonNullable<EvaluationMeasures["reading"]>, "rows">;


/** What an answer says of a row's words. */
export interface Reading {
  /** One tag a word; in the form of tags also such as are no proper BIO. */
  readonly tags: readonly string[];
  readonly problems: ReadingProblems;
}

/** How tags are written as a text that a language model produces, and read again. Reading never throws, whatever the text. */
export interface TargetForm {
  write(words: readonly string[], tags: readonly string[]): string;
  read(text: string, words: readonly string[]): Reading;
}

/** Type of a span → how the answer writes it. */
export type TypeWords = ReadonlyMap<string, string>;
