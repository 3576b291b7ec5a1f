import type { Example } from "../../data/example.js";
import type { RunFolder } from "../../runs/run-folder.js";
import { learnedSet, type PredictionRow, readPredictions } from "../../runs/predictions.js";
import { describeSpans, spansOf } from "../../tasks/labelling/spans.js";
import { readTags, readWords } from "../../tasks/labelling/words-and-tags.js";
import { type TaskType, tokensSlot } from "../../tasks/task-facts.js";
import type { FoundPrompt } from "../find-prompt.js";
import { datasetNeeds, loadExperimentData } from "../load-data.js";
import type { BackendOptions } from "../options.js";

/** A text to try, and what the data says of it. */
export interface ExampleToTry {
  readonly fields: Readonly<Record<string, string>>;
  readonly expected: string | null;
}

/** Rows of the predictions that are looked at: enough to meet every common label. */
const rowsRead = 1000;

/**
 * Some held-out rows of a run, of every label in turn, in the data's order otherwise: from its predictions, else from
 * its data. None for an imported prompt, which has no data.
 * @throws PromptTuningError kind "data", "run" or "storage" where neither can be read.
 */
export async function examplesToTry({ run, taskSettings }: FoundPrompt, most: number, options: BackendOptions): Promise<readonly ExampleToTry[]> {
  if (!run) return [];
  const kept = await keptExamples(run.folder);
  if (kept.length > 0) return inTurn(kept, most);
  const { splits } = await loadExperimentData(run.experiment, run.folder.path, options);
  const { slots } = datasetNeeds(taskSettings);
  return inTurn((splits.test ?? splits.validation).map((example) => toTry(example, slots, taskSettings.type)), most);
}

/** Of the run's own predictions; without rows whose texts were cut when they were written. */
async function keptExamples(folder: RunFolder): Promise<ExampleToTry[]> {
  const rows: PredictionRow[] = [];
  const report = await readPredictions(folder, (row) => {
    if (row.set === learnedSet) rows.push(row);
    return rows.length >= rowsRead ? false : undefined;
  });
  const longest = report?.header.longestText ?? 0;
  // A text that was cut ends with "…", one or two units before the limit.
  const whole = (text: string): boolean => text.length < longest - 1 || !text.endsWith("…");
  return rows.flatMap(({ fields, expected }) => (fields && Object.values(fields).every(whole) ? [{ fields, expected }] : []));
}

function toTry({ fields, label, output }: Example, slots: readonly string[], task: TaskType): ExampleToTry {
  const expected = task === "sequence-labelling" ? spansText(fields[tokensSlot], output ?? "") : (label ?? output ?? null);
  return { fields: Object.fromEntries(slots.map((slot) => [slot, fields[slot]])), expected };
}

/** The right spans as an answer tells them. */
function spansText(cell: string, tags: string): string | null {
  const words = readWords(cell);
  const read = readTags(tags, words.length);
  return "tags" in read ? describeSpans(words, spansOf(read.tags)) : null;
}

/** One of each answer, then a second one of each, and so on; for generation that is the order they come in. */
export function inTurn(examples: readonly ExampleToTry[], most: number): readonly ExampleToTry[] {
  const ofAnswer = new Map<string | null, ExampleToTry[]>();
  for (const example of examples) ofAnswer.set(example.expected, [...(ofAnswer.get(example.expected) ?? []), example].slice(0, most));
  const groups = [...ofAnswer.values()];
  return Array.from({ length: most }, (_, round) => groups.flatMap((group) => group[round] ?? []))
    .flat()
    .slice(0, most);
}
