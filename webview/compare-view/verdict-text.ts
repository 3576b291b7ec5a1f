import { fewDifferingRows, type Verdict } from "../../src/comparison/verdict.js";
import type { PairedMeasure, Significance } from "../../src/protocol/webview/compare-view.js";
import { t } from "../shared/localization.js";
import { fixed, integer } from "../shared/numbers.js";

type Measured = Extract<Significance, { type: "measured" }>;

/** A difference of shares in points, without its sign. */
const points = (difference: number): string => fixed(Math.abs(difference) * 100, 1);
/** An end of the interval, seen from the better one's side. */
const end = (value: number): string => fixed(value * 100, 1).replace("-", "−");

/** What is to be said of b against a, in one sentence. */
export function verdictSentence(a: string, b: string, { rows, difference, interval: [low, high] }: Measured, verdict: Verdict): string {
  switch (verdict) {
    case "alike":
      return t("{0} and {1} score the same on each of the {2} rows.", b, a, integer(rows));
    case "better":
      return t("{0} is better than {1} by {2} points (95% interval {3} to {4}): the difference is larger than chance would give.", b, a, points(difference), end(low), end(high));
    case "worse":
      return t("{0} is worse than {1} by {2} points (95% interval {3} to {4}): the difference is larger than chance would give.", b, a, points(difference), end(-high), end(-low));
    case "undecided":
      if (difference === 0) return t("{0} and {1} score the same on average (95% interval of the difference {2} to {3} points, {4} rows).", b, a, end(low), end(high), integer(rows));
      return difference > 0
        ? t("{0} scores {1} points higher than {2} (95% interval {3} to {4}): this cannot be told from chance with {5} rows.", b, points(difference), a, end(low), end(high), integer(rows))
        : t("{0} scores {1} points lower than {2} (95% interval {3} to {4}): this cannot be told from chance with {5} rows.", b, points(difference), a, end(-high), end(-low), integer(rows));
  }
}

/** What lowers the trust in a sentence; empty where nothing does. */
export function reservations({ rows, onlyA, onlyB, differing }: Measured): string[] {
  return [
    ...(onlyA + onlyB > 0 ? [t("Compared on the {0} rows that both were measured on; {1} others were left out.", integer(rows), integer(onlyA + onlyB))] : []),
    ...(differing > 0 && differing < fewDifferingRows ? [differing === 1 ? t("Only one row tells them apart.") : t("Only {0} rows tell them apart.", integer(differing))] : []),
  ];
}

/** Why two sets of answers cannot be compared. */
export function impossibleSentence(a: string, b: string, { reason }: Extract<Significance, { type: "impossible" }>): string {
  switch (reason) {
    case "no-answers-a":
      return noAnswers(a);
    case "no-answers-b":
      return noAnswers(b);
    case "no-common-rows":
      return t("{0} and {1} were not measured on the same rows: their data differs.", a, b);
    case "too-many-rows":
      return t("{0} and {1} were measured on more rows than are compared here (500,000).", a, b);
  }
}

/** Why a run has no answers, before asking the host. */
export function noAnswers(name: string): string {
  return t("{0} has no answers kept row by row: it is not finished, or was made before this version kept them.", name);
}

export function pairedMeasureName(measure: PairedMeasure): string {
  return { accuracy: t("Accuracy"), exactMatch: t("Exact match"), rougeL: t("ROUGE-L") }[measure];
}
