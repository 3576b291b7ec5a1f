import { z } from "zod";
import { ColumnPicker, type DataPart, forEachRow, joinCells, type PassOptions } from "../row-stream.js";
import { ColumnProfiler, columnProfileSchema } from "./column-profile.js";
import { PersonalDataCounter, personalDataHintsSchema } from "./personal-data.js";
import { SuspicionCounter, suspiciousCharactersSchema } from "./suspicious-characters.js";
import { TokenLengthCounter, type TokenLengthOptions, tokenLengthsSchema } from "./token-lengths.js";

export const partProfileSchema = z.strictObject({
  part: z.string(),
  rows: z.int().min(0),
  columns: z.array(columnProfileSchema),
  /** Of the text columns together; `row` in examples counts from 0 in the part. */
  suspicious: suspiciousCharactersSchema,
  personalData: personalDataHintsSchema,
  /** Null where no tokenizer was given. */
  tokens: tokenLengthsSchema.nullable(),
});
export type PartProfile = z.infer<typeof partProfileSchema>;

export interface ProfileOptions extends PassOptions {
  /** Columns whose texts are searched for suspicious characters and personal data. All where none is named. */
  readonly texts?: readonly string[];
  /** Counts the tokens of a row as the model will see it (its text columns, or what a template makes of them). */
  readonly countTokens?: (texts: readonly string[]) => number;
  readonly tokens?: TokenLengthOptions;
  readonly seed?: number;
}

/** More columns are counted but not profiled: each takes up to 3 MB. */
const mostProfiled = 200;

/**
 * Everything that one reading of a part tells: columns, suspicious characters, personal data hints, lengths in tokens.
 * @throws PromptTuningError data: a named column is missing. stopped: the signal fired.
 */
export async function profileRows({ name, open }: DataPart, options: ProfileOptions = {}): Promise<PartProfile> {
  const { texts, countTokens, seed = 0 } = options;
  const picker = texts && new ColumnPicker(texts);
  const columns: ColumnProfiler[] = [];
  const suspicious = new SuspicionCounter();
  const personalData = new PersonalDataCounter();
  const tokens = countTokens && new TokenLengthCounter(countTokens, { seed, ...options.tokens });
  let rows = 0;
  await forEachRow(
    open,
    (row) => {
      for (let i = columns.length; i < Math.min(row.columns.length, mostProfiled); i++) {
        const profiler = new ColumnProfiler(row.columns[i], seed);
        // A column that comes late had no value in the rows before.
        profiler.addMissing(row.row);
        columns.push(profiler);
      }
      for (let i = 0; i < columns.length; i++) columns[i].add(row.cells[i]);
      const cells = picker ? picker.pick(row) : row.cells;
      const text = joinCells(cells);
      suspicious.add(text);
      personalData.add(text);
      tokens?.add(cells.map((cell) => cell ?? ""));
      rows++;
    },
    options,
  );
  picker?.requireAll(name);
  return {
    part: name,
    rows,
    columns: columns.map((column) => column.result()),
    suspicious: suspicious.result(),
    personalData: personalData.result(),
    tokens: tokens?.result() ?? null,
  };
}
