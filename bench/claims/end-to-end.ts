import { meanAndDeviation, percent } from "../product/accuracy.js";
import { buildCommandLine, runToResult } from "../product/command-line.js";
import { type DecoderFormats, makeDecoderFormats } from "../product/decoder-formats.js";
import { type EndToEndBackbone, endToEndBackbones, endToEndExperiment, type EndToEndTask, endToEndTasks, originalFormat } from "../product/end-to-end.js";
import { Workspace } from "../product/workspace.js";
import type { Claim, ClaimContext } from "./claim.js";

/** What another format may differ by where the seeds lie nearer than this: four of 400 rows. */
const leastSpread = 0.01;

/** Accuracies on the test rows, by seed. */
type Accuracies = ReadonlyMap<number, number>;

export const claim: Claim = {
  name: "end-to-end",
  summary: "Spam and a three-label task, trained and tested through the command line, on every kind of backbone: at least the accuracy that stands in the table; SmolLM2 as GGUF, safetensors, ONNX and ONNX in four bits the same within the spread of the GGUF's seeds. Arguments choose backbones and tasks by name.",
  async run(context) {
    const { root, sharedData, arguments: chosen, print, signal } = context;
    const wanted = (entry: { readonly id: string }, all: readonly { readonly id: string }[]): boolean => !all.some(({ id }) => chosen.includes(id)) || chosen.includes(entry.id);
    const tasks = endToEndTasks(sharedData);
    if (!tasks.some(({ id }) => id === "sentiment")) print("The three-label task is left out: its data (../shared/data/nusax_senti) is not here.");
    let backbones = endToEndBackbones.filter((backbone) => wanted(backbone, endToEndBackbones));
    let formats: DecoderFormats | undefined;
    if (backbones.some(isOtherFormat)) {
      const made = await makeDecoderFormats(root, print, signal);
      if ("lacks" in made) {
        backbones = backbones.filter((backbone) => !isOtherFormat(backbone));
        if (backbones.length === 0) return { skipped: `The other formats of SmolLM2 cannot be made (${made.lacks}); PTUNE_PYTHON names another Python.` };
        print(`The other formats of SmolLM2 are left out: they cannot be made (${made.lacks}; PTUNE_PYTHON names another Python).`);
      } else formats = made;
    }
    const script = buildCommandLine(root);
    let held = true;
    for (const task of tasks.filter((one) => wanted(one, tasks))) {
      const found = new Map<EndToEndBackbone, Accuracies>();
      for (const backbone of backbones) {
        const model = typeof backbone.model === "string" ? backbone.model : { path: formats![backbone.model.format] };
        const { holds, accuracies } = await runRow(script, backbone, model, task, context);
        found.set(backbone, accuracies);
        held &&= holds;
      }
      held = sameInEveryFormat(task, found, print) && held;
    }
    return held;
  },
};

const isOtherFormat = ({ model }: EndToEndBackbone): boolean => typeof model !== "string";

async function runRow(script: string, backbone: EndToEndBackbone, model: Parameters<typeof endToEndExperiment>[1], task: EndToEndTask, { print, signal }: ClaimContext): Promise<{ holds: boolean; accuracies: Accuracies }> {
  const { least, steps } = task.settings[backbone.kind];
  const accuracies = new Map<number, number>();
  let holds = true;
  for (const seed of backbone.seeds) {
    const workspace = new Workspace();
    try {
      const file = workspace.writeExperiment(endToEndExperiment(backbone, model, task, seed));
      const { test, baselines, trainingSeconds, seconds, peakMemoryMB } = await runToResult(script, ["run", file], { folder: workspace.folder, signal });
      const accuracy = test?.accuracy ?? 0;
      const enough = accuracy >= least && test?.items === task.items;
      accuracies.set(seed, accuracy);
      holds &&= enough;
      print(
        `${enough ? "yes" : "NO "} ${backbone.title.padEnd(31)} ${task.title.padEnd(36)} seed ${seed}: accuracy ${percent(accuracy)} of ${test?.items ?? 0} (at least ${percent(least)}), macro-F1 ${test?.macroF1?.toFixed(3) ?? "none"}, majority ${percent(baselines.majority?.accuracy)}; ${steps} steps in ${Math.round(trainingSeconds)} s of ${Math.round(seconds)} s, peak ${peakMemoryMB} MB`,
      );
    } finally {
      workspace.dispose();
    }
  }
  return { holds, accuracies };
}

/**
 * Whether each other format comes out as the GGUF file does, seed by seed. Two seeds of one file differ by √2 standard
 * deviations; twice that is what a format may differ by.
 */
function sameInEveryFormat(task: EndToEndTask, found: ReadonlyMap<EndToEndBackbone, Accuracies>, print: ClaimContext["print"]): boolean {
  const original = found.get(originalFormat);
  if (!original) return true;
  const { mean, deviation } = meanAndDeviation([...original.values()]);
  const limit = Math.max(2 * Math.SQRT2 * deviation, leastSpread);
  print(`    ${originalFormat.title}, ${task.id}: ${percent(mean)} ± ${percent(deviation)} over ${original.size} seeds; another format may differ by ${percent(limit)}`);
  let same = true;
  for (const [backbone, accuracies] of found) {
    if (!isOtherFormat(backbone)) continue;
    for (const [seed, accuracy] of accuracies) {
      const difference = accuracy - original.get(seed)!;
      // Accuracies are fractions of a few hundred rows: a difference that is the limit must not fail by rounding.
      const holds = Math.abs(difference) <= limit + 1e-9;
      same &&= holds;
      print(`${holds ? "yes" : "NO "} ${backbone.title}, ${task.id}, seed ${seed}: ${difference < 0 ? "−" : "+"}${percent(Math.abs(difference))} against the GGUF file`);
    }
  }
  return same;
}
