import { z } from "zod";

export const findingSchema = z.strictObject({
  rows: z.int().min(0),
  occurrences: z.int().min(0),
  /** The first rows that have it, shown harmlessly. */
  examples: z.array(z.strictObject({ row: z.int().min(0), shown: z.string() })),
});

/** @param kinds what can be found in a row. */
export function findingsSchema<const Kinds extends readonly [string, ...string[]]>(kinds: Kinds) {
  return z.strictObject({
    rows: z.int().min(0),
    /** Rows in which anything was found. */
    affectedRows: z.int().min(0),
    found: z.record(z.enum(kinds), findingSchema),
  });
}

const mostExamples = 5;

/** Counts what is found in rows, by kind. */
export class FindingTally<Kind extends string> {
  private rows = 0;
  private affectedRows = 0;
  private readonly found: Record<Kind, { rows: number; occurrences: number; examples: { row: number; shown: string }[] }>;

  constructor(kinds: readonly Kind[]) {
    this.found = Object.fromEntries(kinds.map((kind) => [kind, { rows: 0, occurrences: 0, examples: [] }])) as never;
  }

  /** One row with all that was found in it. @param show makes an example of a find; called for the first few rows only. */
  addRow<Find extends { readonly kind: Kind }>(finds: Iterable<Find>, show: (find: Find) => string): void {
    const row = this.rows++;
    const inThisRow = new Set<Kind>();
    for (const find of finds) {
      const finding = this.found[find.kind];
      finding.occurrences++;
      if (inThisRow.has(find.kind)) continue;
      inThisRow.add(find.kind);
      finding.rows++;
      if (finding.examples.length < mostExamples) finding.examples.push({ row, shown: show(find) });
    }
    if (inThisRow.size > 0) this.affectedRows++;
  }

  result(): { rows: number; affectedRows: number; found: FindingTally<Kind>["found"] } {
    return { rows: this.rows, affectedRows: this.affectedRows, found: structuredClone(this.found) };
  }
}
