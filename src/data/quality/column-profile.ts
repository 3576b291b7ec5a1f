import { z } from "zod";
import { RandomSource } from "../../common/random.js";
import { TextHash } from "../../common/text-hash.js";
import { type CellKind, cellKinds, isMissing, isMissingWord, kindOf } from "./cell-kind.js";
import { DistinctCounter, distinctCountSchema } from "./distinct-counter.js";
import { LabelCounter, labelBalanceSchema } from "./label-balance.js";
import { Reservoir } from "./reservoir.js";

export const columnTypes = ["integer", "number", "boolean", "date", "text", "category", "empty"] as const;

const extremeSchema = z.strictObject({ characters: z.int().min(0), row: z.int().min(0) });

export const columnProfileSchema = z.strictObject({
  column: z.string(),
  /** What every value reads as. `category`: text of few values that recur; `empty`: every value is missing. */
  type: z.enum(columnTypes),
  /** Values by what each reads as. */
  kinds: z.record(z.enum(cellKinds), z.int().min(0)),
  rows: z.int().min(0),
  /** No cell, or nothing but white space. */
  missing: z.int().min(0),
  /** Cells with a word such as "NA" or "null"; they are not among `missing`. */
  missingWords: z.int().min(0),
  distinct: distinctCountSchema,
  /** UTF-16 units and 0-based row of the first longest and shortest value; null where every value is missing. */
  longest: extremeSchema.nullable(),
  shortest: extremeSchema.nullable(),
  meanCharacters: z.number().min(0),
  /** Null for columns whose values hardly recur. */
  balance: labelBalanceSchema.nullable(),
  /** A seeded sample of the values, cut. */
  examples: z.array(z.string()),
});
export type ColumnProfile = z.infer<typeof columnProfileSchema>;

const exampleCount = 5;
const exampleCharacters = 200;
/** Categories are names: longer values are text even where they recur. */
const longestCategory = 100;
/** Values recur where there are at least so many rows for each different one. */
const rowsPerCategory = 2;

/** Profile of one column from its cells in their order. */
export class ColumnProfiler {
  private rows = 0;
  private missing = 0;
  private missingWords = 0;
  private characters = 0;
  private longest: { characters: number; row: number } | null = null;
  private shortest: { characters: number; row: number } | null = null;
  private readonly kinds: Record<CellKind, number> = { integer: 0, number: 0, boolean: 0, date: 0, text: 0 };
  private readonly distinct = new DistinctCounter();
  private readonly labels = new LabelCounter();
  private readonly examples: Reservoir<string>;
  private readonly hash = new TextHash();

  constructor(
    private readonly column: string,
    seed = 0,
  ) {
    this.examples = new Reservoir(exampleCount, RandomSource.derive(seed, `examples ${column}`));
  }

  add(cell: string | null | undefined): void {
    const row = this.rows++;
    if (isMissing(cell)) {
      this.missing++;
      return;
    }
    if (isMissingWord(cell)) this.missingWords++;
    this.kinds[kindOf(cell)]++;
    const { high, low } = this.hash.of(cell);
    this.distinct.add(high, low);
    this.labels.add(cell.trim());
    this.examples.offer(() => cell.slice(0, exampleCharacters));
    const characters = cell.length;
    this.characters += characters;
    if (!this.longest || characters > this.longest.characters) this.longest = { characters, row };
    if (!this.shortest || characters < this.shortest.characters) this.shortest = { characters, row };
  }

  /** Rows without a value. */
  addMissing(rows: number): void {
    this.rows += rows;
    this.missing += rows;
  }

  result(): ColumnProfile {
    const values = this.rows - this.missing;
    const distinct = this.distinct.result();
    const recurs = distinct.count * rowsPerCategory <= values;
    return {
      column: this.column,
      type: this.typeOf(values, recurs),
      kinds: { ...this.kinds },
      rows: this.rows,
      missing: this.missing,
      missingWords: this.missingWords,
      distinct,
      longest: this.longest,
      shortest: this.shortest,
      meanCharacters: values === 0 ? 0 : this.characters / values,
      balance: (recurs ? this.labels.result() : undefined) ?? null,
      examples: [...this.examples.items],
    };
  }

  private typeOf(values: number, recurs: boolean): ColumnProfile["type"] {
    const { integer, number, boolean, date } = this.kinds;
    if (values === 0) return "empty";
    if (integer === values) return "integer";
    if (integer + number === values) return "number";
    if (boolean === values) return "boolean";
    if (date === values) return "date";
    const named = recurs && this.labels.result() !== undefined && this.longest!.characters <= longestCategory;
    return named ? "category" : "text";
  }
}
