import { PromptTuningError } from "../../common/errors.js";
import type { CommandContext } from "../context.js";
import { excerpt, harmless } from "../output/harmless.js";
import { table } from "../output/table.js";
import { readStandardInput, readTextFile } from "../read-texts.js";
import { filledLines, type RowSlots, rowsFromTexts, type TextRow } from "../rows.js";
import { jobOptions } from "./run-progress.js";

export interface PredictSettings {
  readonly file?: string;
}

/** ptune predict RUN [TEXT...]. */
export async function predictCommand(context: CommandContext, run: string, texts: readonly string[], { file }: PredictSettings): Promise<number> {
  const { predictRows, textSlots } = await import("../../backend/predict.js");
  const { progress, results, json } = context;
  const options = jobOptions(context);
  // Before any text is read: a wrong name of a run should not wait for the end of the input.
  const needed = textSlots(run, options);
  const rows = await readRows(context, texts, file, needed);
  const predictions = await predictRows(run, rows, options);
  progress.clear();
  if (json) {
    for (const [index, { predicted, probabilities, labelling }] of predictions.entries())
      results.object({
        type: "prediction",
        index,
        predicted,
        ...(probabilities ? { probabilities: Object.fromEntries(probabilities) } : {}),
        ...(labelling ? { words: labelling.words, tags: labelling.predicted, generated: labelling.generated, problems: labelling.problems } : {}),
        row: rows[index],
      });
    return 0;
  }
  const labelled = predictions.some(({ probabilities }) => probabilities);
  if (!labelled) {
    // Generated texts, each as it is; an empty line between answers of several lines would be ambiguous, so newlines show.
    for (const { predicted } of predictions) results.line(predictions.length === 1 ? harmless(predicted) : excerpt(predicted, 2000));
    return 0;
  }
  const lines = table(
    [{ title: "answer" }, { title: "probability", right: true }, { title: "text" }],
    predictions.map(({ predicted, probabilities }, index) => [excerpt(predicted, 30), (probabilities?.get(predicted) ?? NaN).toFixed(3), excerpt(Object.values(rows[index]).join(" | "), 80)]),
    "",
  );
  results.lines(lines);
  return 0;
}

async function readRows({ progress }: CommandContext, texts: readonly string[], file: string | undefined, slots: RowSlots): Promise<TextRow[]> {
  if (texts.length > 0 && file !== undefined)
    throw new PromptTuningError("usage", "Texts were given both on the command line and with --file.", { advice: "Give them one way." });
  if (texts.length > 0) return rowsFromTexts(texts, slots, (index) => `Text ${index + 1}`);
  if (file === undefined && process.stdin.isTTY) progress.line("Type one text a line; Ctrl-D (on Windows Ctrl-Z and Return) ends the input.");
  const lines = filledLines(file === undefined ? await readStandardInput(process.stdin) : await readTextFile(file));
  const name = file ?? "standard input";
  if (lines.length === 0) throw new PromptTuningError("usage", `${file === undefined ? "Standard input" : `The file ${file}`} holds no text.`, { advice: "Give texts as arguments, with --file, or one a line on standard input." });
  return rowsFromTexts(
    lines.map(({ text }) => text),
    slots,
    (index) => `Line ${lines[index].line} of ${name}`,
  );
}
