import type { PredictionRow } from "../runs/predictions.js";

/** The scores of one set of answers (the learned prompt's, or a baseline's), by row. */
export class AnswerScores {
  /** "index:hash of the row" → score by measure. */
  private readonly rows = new Map<string, Readonly<Record<string, number>>>();

  add({ index, row, scores }: Pick<PredictionRow, "index" | "row" | "scores">): void {
    this.rows.set(`${index}:${row}`, scores);
  }

  get size(): number {
    return this.rows.size;
  }

  /** The measures these answers have, those of the first row. */
  get measures(): readonly string[] {
    const [first] = this.rows.values();
    return first ? Object.keys(first) : [];
  }

  /** b − a of one measure on the rows that both answered: the same place in the file with the same texts and answer. */
  static differences(a: AnswerScores, b: AnswerScores, measure: string): PairedRows {
    const found: number[] = [];
    for (const [key, scores] of a.rows) {
      const [own, other] = [scores[measure], b.rows.get(key)?.[measure]];
      if (own !== undefined && other !== undefined) found.push(other - own);
    }
    return { differences: Float64Array.from(found), onlyA: a.size - found.length, onlyB: b.size - found.length };
  }
}

export interface PairedRows {
  readonly differences: Float64Array;
  /** Rows that only one of the two answered. */
  readonly onlyA: number;
  readonly onlyB: number;
}
