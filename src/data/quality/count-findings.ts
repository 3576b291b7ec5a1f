import { ColumnPicker, type DataPart, forEachRow, joinCells, type PassOptions } from "../row-stream.js";
import { type PersonalDataHints, PersonalDataCounter } from "./personal-data.js";
import { type SuspiciousCharacters, SuspicionCounter } from "./suspicious-characters.js";

export interface Findings {
  readonly suspicious: SuspiciousCharacters;
  readonly personal: PersonalDataHints;
}

/** Suspicious characters and hints of personal data in the texts of all parts, in one pass. @throws PromptTuningError data, stopped. */
export async function countFindings(parts: readonly DataPart[], columns: readonly string[], options: PassOptions = {}): Promise<Findings> {
  const suspicious = new SuspicionCounter();
  const personal = new PersonalDataCounter();
  const texts = new ColumnPicker(columns);
  for (const { open } of parts) {
    await forEachRow(
      open,
      (row) => {
        const text = joinCells(texts.pick(row));
        suspicious.add(text);
        personal.add(text);
      },
      options,
    );
  }
  texts.requireAll("The data set");
  return { suspicious: suspicious.result(), personal: personal.result() };
}
