import { PromptTuningError } from "../common/errors.js";
import { splitNames, type Dataset, type DatasetNeeds, type DatasetNotice } from "./dataset.js";
import { mostLabels } from "./quality/label-balance.js";

/** The labels of a classification, checked over all splits; none for tasks whose answer is a text. @throws PromptTuningError data. */
export function labelsOf(splits: Dataset["splits"], needs: DatasetNeeds): { labels: string[]; notices: DatasetNotice[] } {
  if (needs.answer !== "label") return { labels: [], notices: [] };
  const inSplit = Object.fromEntries(splitNames.map((name) => [name, new Set((splits[name] ?? []).map((example) => example.label ?? ""))]));
  const found = [...new Set(splitNames.flatMap((name) => [...inSplit[name]]))].sort();
  const labels = needs.labels ? [...needs.labels] : found;
  if (inSplit.train.size < 2) {
    throw new PromptTuningError("data", "All rows of train have the same label.", {
      reason: `It is "${[...inSplit.train][0] ?? ""}".`,
      advice: "A classification needs two labels at least: check the file and dataset.columns.",
      setting: ["dataset", "columns", "label"],
    });
  }
  if (labels.length > mostLabels) {
    throw tooManyLabels(`${labels.length}`);
  }
  const notices: DatasetNotice[] = [];
  const unseen = labels.filter((label) => !inSplit.train.has(label));
  if (unseen.length > 0) {
    notices.push({ code: "unseen-label", text: `No row of train has the label${unseen.length === 1 ? "" : "s"} ${unseen.slice(0, 10).map((label) => `"${label}"`).join(", ")}: it cannot be learnt.` });
  }
  return { labels, notices };
}

export function tooManyLabels(count: string): PromptTuningError {
  return new PromptTuningError("data", `The data have ${count} different labels.`, {
    reason: `At most ${mostLabels} can be told apart.`,
    advice: "Check which column holds the labels; free text is a generation task.",
    setting: ["dataset", "columns", "label"],
  });
}
