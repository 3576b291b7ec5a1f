import { percent } from "../product/accuracy.js";
import { buildCommandLine, runToResult } from "../product/command-line.js";
import { type EndToEndBackbone, endToEndBackbones, endToEndExperiment, type EndToEndTask, endToEndTasks } from "../product/end-to-end.js";
import { Workspace } from "../product/workspace.js";
import type { Claim, ClaimContext } from "./claim.js";

const seed = 1;

export const claim: Claim = {
  name: "end-to-end",
  summary: "Spam and a three-label task, trained and tested through the command line, on every kind of backbone: at least the accuracy that stands in the table. Arguments choose backbones and tasks by name.",
  async run(context) {
    const { root, sharedData, arguments: chosen, print } = context;
    const wanted = (entry: { readonly id: string }, all: readonly { readonly id: string }[]): boolean => !all.some(({ id }) => chosen.includes(id)) || chosen.includes(entry.id);
    const tasks = endToEndTasks(sharedData);
    const rows = endToEndBackbones
      .filter((backbone) => wanted(backbone, endToEndBackbones))
      .flatMap((backbone) => tasks.filter((task) => wanted(task, tasks)).map((task) => ({ backbone, task })));
    if (!tasks.some(({ id }) => id === "sentiment")) print("The three-label task is left out: its data (../shared/data/nusax_senti) is not here.");
    const script = buildCommandLine(root);
    let held = true;
    for (const { backbone, task } of rows) held = (await runRow(script, backbone, task, context)) && held;
    return held && rows.length > 0;
  },
};

async function runRow(script: string, backbone: EndToEndBackbone, task: EndToEndTask, { print, signal }: ClaimContext): Promise<boolean> {
  const workspace = new Workspace();
  try {
    const file = workspace.writeExperiment(endToEndExperiment(backbone, task, seed));
    const { test, baselines, trainingSeconds, seconds, peakMemoryMB } = await runToResult(script, ["run", file], { folder: workspace.folder, signal });
    const least = task.least[backbone.kind];
    const holds = test !== null && (test.accuracy ?? 0) >= least && test.items === task.items;
    print(
      `${holds ? "yes" : "NO "} ${backbone.title.padEnd(32)} ${task.title.padEnd(38)} accuracy ${percent(test?.accuracy)} of ${test?.items ?? 0} (at least ${percent(least)}), macro-F1 ${test?.macroF1?.toFixed(3) ?? "none"}, majority ${percent(baselines.majority?.accuracy)}; ${task.steps} steps in ${Math.round(trainingSeconds)} s of ${Math.round(seconds)} s, peak ${peakMemoryMB} MB`,
    );
    return holds;
  } finally {
    workspace.dispose();
  }
}
