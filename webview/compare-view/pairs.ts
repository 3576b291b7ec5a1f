import type { PairedMeasure, Side } from "../../src/protocol/webview/compare-view.js";
import type { Comparison, ShownRun } from "./comparison.js";
import { setName } from "./words.js";

export const pairModes = ["baseline", "chosen", "own"] as const;
/** baseline: every run with the pinned one. chosen: two the person chooses. own: every run with one of its own baselines. */
export type PairMode = (typeof pairModes)[number];

export interface Pair {
  readonly a: Side;
  readonly b: Side;
}

/** The pairs of a mode, and the runs that have no answers to be compared. */
export function pairsOf({ runs, baseline }: Pick<Comparison, "runs" | "baseline">, mode: PairMode, { first, second, set }: { readonly first: Side; readonly second: Side; readonly set: string }): { readonly pairs: Pair[]; readonly without: ShownRun[] } {
  const learned = (run: ShownRun): Side => ({ run: run.path, set: "learned" });
  const answered = runs.filter(({ answers }) => answers.length > 0);
  const without = runs.filter(({ answers }) => answers.length === 0);
  if (mode === "chosen") return { pairs: [{ a: first, b: second }], without: [] };
  if (mode === "own") return { pairs: answered.filter(({ answers }) => answers.includes(set)).map((run) => ({ a: { run: run.path, set }, b: learned(run) })), without };
  if (!baseline || baseline.answers.length === 0) return { pairs: [], without };
  return { pairs: answered.filter((run) => run !== baseline).map((run) => ({ a: learned(baseline), b: learned(run) })), without };
}

/** What every side of a comparison can be. */
export function sidesOf({ runs }: Pick<Comparison, "runs">): { readonly side: Side; readonly name: string }[] {
  return runs.flatMap((run) => run.answers.map((set) => ({ side: { run: run.path, set }, name: sideName(run, set) })));
}

export function sideName(run: ShownRun, set: string): string {
  return set === "learned" ? run.label : `${run.label}, ${setName(set)}`;
}

/** The measures that answers can have: accuracy for labels, the others for texts; of spans only whether all of a row are right. */
export function pairedMeasuresOf({ columns }: Pick<Comparison, "columns">): PairedMeasure[] {
  if (columns.some((key) => key.endsWith(".rougeL"))) return ["rougeL", "exactMatch"];
  if (columns.some((key) => key.endsWith(".exactMatch"))) return ["exactMatch"];
  return ["accuracy"];
}
