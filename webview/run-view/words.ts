import type { EvaluationMeasures } from "../../src/runs/events.js";
import type { RunEntry } from "../../src/runs/run-entry.js";
import { type MeasureName, measureNames } from "../../src/tasks/task-facts.js";
import type { IconName } from "../shared/controls.js";
import { t } from "../shared/localization.js";
import { figure, integer, share } from "../shared/numbers.js";

export function stateWord(state: RunEntry["state"]): string {
  switch (state) {
    case "queued":
      return t("Waiting");
    case "running":
      return t("Running");
    case "paused":
      return t("Paused");
    case "stopped":
      return t("Stopped");
    case "succeeded":
      return t("Succeeded");
    case "failed":
      return t("Failed");
    case "interrupted":
      return t("Interrupted");
  }
}

export function stateIcon(state: RunEntry["state"]): IconName {
  const icons: Record<RunEntry["state"], IconName> = { queued: "clock", running: "sync", paused: "debug-pause", stopped: "stop-circle", succeeded: "pass", failed: "error", interrupted: "warning" };
  return icons[state];
}

export function measureWord(name: MeasureName): string {
  switch (name) {
    case "accuracy":
      return t("Accuracy");
    case "macroF1":
      return t("Macro-F1");
    case "spanF1":
      return t("Span F1");
    case "spanF1Strict":
      return t("Span F1, strict");
    case "spanPrecision":
      return t("Span precision");
    case "spanRecall":
      return t("Span recall");
    case "exactMatch":
      return t("Exact match");
    case "rougeL":
      return t("ROUGE-L");
    case "loss":
      return t("Loss");
  }
}

/** A measure as text: shares in percent, the loss as it is. */
export function measureText(name: MeasureName, value: number | null | undefined): string {
  return name === "loss" ? figure(value) : share(value);
}

/** The measures that at least one of these has. */
export function measuresOf(all: readonly EvaluationMeasures[]): MeasureName[] {
  return measureNames.filter((name) => all.some((measures) => typeof measures[name] === "number"));
}

/** A baseline's name for a person; a hard prompt's text is shown beside it. */
export function baselineWord(name: string): { readonly title: string; readonly text?: string } {
  if (name === "majority") return { title: t("Most frequent label") };
  if (name === "zero-shot") return { title: t("Zero-shot") };
  if (name === "without-context") return { title: t("Learned prompt without context") };
  const hard = /^hard prompt: (.*)$/s.exec(name);
  return hard ? { title: t("Hard prompt"), text: hard[1] } : { title: name };
}

/** What a run is busy with. */
export function phaseText(phase: string, done?: number, total?: number): string {
  const words: Record<string, string> = {
    backbone: t("Getting the backbone"),
    data: t("Reading the data"),
    "checking the gradient": t("Checking the gradient"),
    training: t("Training"),
    validation: t("Measuring on the validation rows"),
    test: t("Measuring on the test rows"),
    faithfulness: t("Replacing each virtual token by its nearest token"),
  };
  const baseline = /^baseline \d+: (.*)$/s.exec(phase);
  const text = Object.hasOwn(words, phase) ? words[phase] : baseline ? t("Measuring the baseline: {0}", baselineWord(baseline[1]).title) : phase;
  return done !== undefined && total ? t("{0}, {1} of {2}", text, integer(Math.floor(done)), integer(total)) : text;
}
