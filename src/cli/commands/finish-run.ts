import path from "node:path";
import { readInspection } from "../../inspection/kept-inspection.js";
import { hasTestSplit } from "../../data/has-test-split.js";
import { type Experiment, experimentSchema, sampleOf } from "../../experiment/schema.js";
import type { ResultEvent } from "../../runs/events.js";
import { RunFolder } from "../../runs/run-folder.js";
import { RunStore } from "../../runs/run-store.js";
import { readTemplate } from "../../tasks/create-task.js";
import { templateColumns } from "../../tasks/template.js";
import type { CommandContext } from "../context.js";
import { displayPath, shellWord } from "../invocation.js";
import { runReport } from "../output/run-report.js";

/** Prints a run's report and gives the exit code. With --json the result has been printed as the last event. */
export async function finishRun(result: ResultEvent, context: CommandContext): Promise<number> {
  const { progress, results, style, json, currentFolder, runsRoot } = context;
  progress.clear();
  if (!json) {
    const folder = new RunFolder(result.run);
    const experiment = experimentSchema.safeParse(new RunStore(runsRoot).readExperiment(folder)).data;
    results.lines(
      runReport({
        result,
        inspection: await readInspection(folder),
        style,
        heldOut: !experiment || (await hasTestSplit(experiment.dataset, folder.path)),
        runFolder: displayPath(result.run, currentFolder),
        adapterFolder: result.adapter === null ? undefined : displayPath(result.adapter, currentFolder),
        commands: commandsFor(result.run, experiment, context),
      }),
    );
  }
  return result.status === "succeeded" ? 0 : result.status === "stopped" ? 130 : 1;
}

/** Commands about a run that work when they are pasted where the person stands. */
export function commandsFor(
  run: string,
  experiment: Experiment | undefined,
  { invocation, runsNamed, runsRoot, currentFolder }: Pick<CommandContext, "invocation" | "runsNamed" | "runsRoot" | "currentFolder">,
): { predict: string; inspect: string; resume: string } {
  const place = runsNamed ? ` --runs ${shellWord(displayPath(runsRoot, currentFolder))}` : "";
  const command = (name: string, rest = ""): string => `${invocation} ${name} ${shellWord(path.basename(run))}${place}${rest}`;
  return { predict: command("predict", ` ${shellWord(exampleText(experiment))}`), inspect: command("inspect"), resume: command("resume") };
}

/** A text to try: for the sample a mail, else a placeholder for every slot of the template. */
function exampleText(experiment: Experiment | undefined): string {
  if (experiment && sampleOf(experiment.dataset)?.sample === "spam-assassin") return "You have won a free cruise! Click here to claim it.";
  const slots = experiment ? templateColumns(readTemplate(experiment.task)) : [];
  return slots.length > 1 ? JSON.stringify(Object.fromEntries(slots.map((slot) => [slot, "your text"]))) : "your text";
}
