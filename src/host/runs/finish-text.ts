import type { EvaluationMeasures, ResultEvent } from "../../runs/events.js";
import type { RunEntry } from "../../runs/run-entry.js";
import { meanAndDeviation } from "./run-groups.js";
import { lessIsBetter, metricName, metricValueText, type Speech } from "./words.js";

/** "spam: accuracy 95.2 % with the learned prompt, 63.1 % zero-shot, 71.0 % with the hard prompt, on 480 rows." */
export function finishText(speech: Speech, title: string, metric: string, { test, baselines }: Pick<ResultEvent, "test" | "baselines">): string {
  const { l10n } = speech;
  const value = valueOf(test, metric);
  if (!test || value === undefined) return l10n.t("{0}: the run has finished.", title);
  const text = (share: number): string => metricValueText(speech, metric, share);
  const hard = Object.entries(baselines).flatMap(([name, measures]) => (name.startsWith("hard prompt") ? (valueOf(measures, metric) ?? []) : []));
  const zeroShot = valueOf(baselines["zero-shot"], metric);
  const parts = [
    l10n.t("{0}: {1} {2} with the learned prompt", title, metricName(speech, metric), text(value)),
    ...(zeroShot === undefined ? [] : [l10n.t("{0} zero-shot", text(zeroShot))]),
    ...(hard.length === 0 ? [] : [l10n.t("{0} with the hard prompt", text(lessIsBetter(metric) ? Math.min(...hard) : Math.max(...hard)))]),
  ];
  return l10n.t("{0}, on {1} rows.", parts.join(", "), test.items);
}

/** "spam: 5 runs have finished, accuracy 95.2 ± 0.6 %." */
export function batchText(speech: Speech, title: string, entries: readonly Pick<RunEntry, "metric">[], failed: number): string {
  const { l10n } = speech;
  const metrics = entries.flatMap(({ metric }) => metric ?? []).filter(({ name, split }, _index, [first]) => name === first.name && split === first.split);
  const finished = l10n.t("{0}: {1} runs have finished", title, entries.length);
  const parts = [finished];
  if (metrics.length > 1) {
    const { mean, deviation } = meanAndDeviation(metrics.map(({ value }) => value));
    const { name } = metrics[0];
    parts.push(l10n.t("{0} {1} ± {2}", metricName(speech, name), metricValueText(speech, name, mean), metricValueText(speech, name, deviation)));
  }
  if (failed > 0) parts.push(l10n.t("{0} failed", failed));
  return `${parts.join(", ")}.`;
}

function valueOf(measures: EvaluationMeasures | null | undefined, metric: string): number | undefined {
  const value = measures?.[metric as keyof EvaluationMeasures];
  return typeof value === "number" ? value : undefined;
}
