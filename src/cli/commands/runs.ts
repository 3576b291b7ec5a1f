import type { EvaluationMeasures } from "../../runs/events.js";
import type { RunSummary } from "../../runs/run-summary.js";
import { mainMeasure } from "../../tasks/task-facts.js";
import type { CommandContext } from "../context.js";
import { displayPath } from "../invocation.js";
import { excerpt, harmless } from "../output/harmless.js";
import { measureTitles } from "../output/measures-report.js";
import { figure, share } from "../output/numbers.js";
import { table } from "../output/table.js";

/** ptune runs: every run of the folder, oldest first. */
export async function runsCommand({ runsRoot, results, json, progress, currentFolder }: CommandContext): Promise<number> {
  const { RunStore } = await import("../../runs/run-store.js");
  const runs = await new RunStore(runsRoot).list();
  if (json) {
    for (const run of runs) results.object(runObject(run));
    return 0;
  }
  if (runs.length === 0) {
    results.line(`There are no runs in ${harmless(displayPath(runsRoot, currentFolder))}.`);
    return 0;
  }
  const columns = [{ title: "run" }, { title: "state" }, { title: "step", right: true }, { title: "measure" }, { title: "value", right: true }, { title: "macro-F1", right: true }, { title: "begun" }];
  results.lines(
    table(
      columns,
      runs.map((run) => {
        const { history } = run;
        const measures = history.result?.test ?? history.evaluations.at(-1)?.measures;
        return [excerpt(run.folder.name, 80), stateOf(run), String(history.steps.at(-1)?.step ?? 0), ...shownMeasure(measures), share(measures?.macroF1), run.created?.slice(0, 16).replace("T", " ") ?? "–"];
      }),
      "",
    ),
  );
  for (const { folder, damage } of runs) for (const each of damage) progress.line(`${excerpt(folder.name, 80)}: ${harmless(each)}`);
  return 0;
}

/** The measure that says most, which depends on the task. */
function shownMeasure(measures: EvaluationMeasures | undefined): [name: string, value: string] {
  if (!measures) return ["–", "–"];
  const name = mainMeasure(measures);
  return [measureTitles[name], name === "loss" ? figure(measures.loss) : share(measures[name])];
}

function stateOf({ history, interrupted, damage }: RunSummary): string {
  if (interrupted) return "interrupted";
  return damage.length > 0 ? `${history.state}, damaged` : history.state;
}

function runObject({ folder, created, history, active, interrupted, damage }: RunSummary): object {
  return {
    type: "run",
    name: folder.name,
    id: folder.id,
    folder: folder.path,
    created,
    state: history.state,
    reason: history.stateReason,
    step: history.steps.at(-1)?.step ?? 0,
    active,
    interrupted,
    test: history.result?.test ?? null,
    damage,
  };
}
