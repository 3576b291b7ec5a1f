import type { SettingValue } from "../../src/comparison/configuration.js";
import { directionOf, isShare, type MeasureKey } from "../../src/comparison/measures.js";
import type { Delta } from "../../src/comparison/results.js";
import type { Spread } from "../../src/comparison/statistics.js";
import type { ComparedRun } from "../../src/protocol/webview/compare-view.js";
import { t } from "../shared/localization.js";
import { duration, fixed, integer, share, signed } from "../shared/numbers.js";

/** The name of a measure, as a column's title. */
export function measureName(key: MeasureKey): string {
  const names: Record<MeasureKey, string> = {
    "test.accuracy": t("Test accuracy"),
    "test.macroF1": t("Test macro F1"),
    "test.spanF1": t("Test span F1"),
    "test.spanF1Strict": t("Test span F1, strict"),
    "test.spanPrecision": t("Test span precision"),
    "test.spanRecall": t("Test span recall"),
    "test.exactMatch": t("Test exact match"),
    "test.rougeL": t("Test ROUGE-L"),
    "test.loss": t("Test loss"),
    "validation.accuracy": t("Best validation accuracy"),
    "validation.macroF1": t("Best validation macro F1"),
    "validation.spanF1": t("Best validation span F1"),
    "validation.spanF1Strict": t("Best validation span F1, strict"),
    "validation.spanPrecision": t("Best validation span precision"),
    "validation.spanRecall": t("Best validation span recall"),
    "validation.exactMatch": t("Best validation exact match"),
    "validation.rougeL": t("Best validation ROUGE-L"),
    "validation.loss": t("Best validation loss"),
    seconds: t("Time"),
  };
  return names[key];
}

export function measureText(key: MeasureKey, value: number | undefined): string {
  if (key === "seconds") return duration(value);
  return isShare(key) ? share(value) : fixed(value);
}

/** "91.2% ± 1.3". */
export function spreadText(key: MeasureKey, { mean, deviation }: Spread): string {
  const text = measureText(key, mean);
  if (deviation === null) return text;
  if (key === "seconds") return `${text} ± ${duration(deviation)}`;
  return `${text} ± ${isShare(key) ? fixed(deviation * 100, 1) : fixed(deviation)}`;
}

/** "+2.1 points, better": the sign and the word, never the colour alone. */
export function deltaText(key: MeasureKey, { value, direction }: Delta): string {
  if (direction === "same") return t("the same");
  const size = key === "seconds" ? `${value > 0 ? "+" : "−"}${duration(Math.abs(value))}` : isShare(key) ? t("{0} points", signed(value * 100, 1)) : signed(value);
  if (key === "seconds") return value > 0 ? t("{0}, longer", size) : t("{0}, shorter", size);
  return direction === "better" ? t("{0}, better", size) : t("{0}, worse", size);
}

export function directionText(key: MeasureKey): string {
  return directionOf(key) > 0 ? t("higher is better") : t("lower is better");
}

/** A setting's value. */
export function settingText(value: SettingValue | undefined): string {
  if (value === undefined) return t("not set");
  if (value === null) return t("none");
  if (typeof value === "boolean") return value ? t("yes") : t("no");
  // A rate that was computed has more digits than anybody reads; six tell two of a sweep apart.
  if (typeof value === "number" && String(value).length > 10) return String(Number(value.toPrecision(6)));
  return String(value);
}

/** What a person should know of a run that did not end as it should; undefined for one that did. */
export function stateText({ state, step, steps, reason }: ComparedRun): string | undefined {
  const at = steps === null ? t("step {0}", integer(step)) : t("step {0} of {1}", integer(step), integer(steps));
  switch (state) {
    case "succeeded":
      return undefined;
    case "queued":
      return t("Waiting to begin");
    case "running":
      return t("Running, {0}", at);
    case "paused":
      return t("Paused at {0}", at);
    case "stopped":
      return t("Stopped at {0}", at);
    case "interrupted":
      return t("Interrupted at {0}", at);
    case "failed":
      return reason ? t("Failed: {0}", reason) : t("Failed at {0}", at);
  }
}

/** Groups of one run have no name of their own seed; groups of several tell theirs: "seeds 1, 2, 3". */
export function seedsText(runs: readonly ComparedRun[]): string {
  const seeds = runs.map(({ seed }) => (seed === null ? "?" : String(seed)));
  return seeds.length === 1 ? t("seed {0}", seeds[0]) : t("seeds {0}", seeds.join(", "));
}

/** A set of answers: the learned prompt's, or a baseline's. Names of hard prompts are somebody's text. */
export function setName(set: string): string {
  if (set === "learned") return t("learned prompt");
  if (set === "majority") return t("majority label");
  if (set === "zero-shot") return t("zero-shot");
  if (set === "without-context") return t("learned prompt without context");
  return set;
}
