import path from "node:path";
import type { Backbone } from "../../src/backbone/backbone.js";
import { openBackbone } from "../../src/backbone/open-backbone.js";
import { cacheFolder } from "../../src/backbone/sources/cache-folder.js";
import { LocalSource } from "../../src/backbone/sources/local-source.js";
import { batchOf, headOf, readReference, relativeError } from "../../test/engine/exported/reference-cases.js";
import { createExportedProgram } from "../../src/engine/exported/exported-program.js";
import { openExportedModel } from "../../src/engine/exported/open-exported-model.js";
import { small, worst } from "../parity/compare.js";
import { fetchRealModel, realModel } from "../parity/real-backbone.js";
import { buildCommandLine, runCommandLine } from "../product/command-line.js";
import { pythonWith, runPython } from "../product/python.js";
import { Workspace } from "../product/workspace.js";
import type { Claim, ClaimContext } from "./claim.js";

const gradientLimit = 1e-4;
/** Losses of the same training through the GGUF file and through its export. */
const lossLimit = 1e-3;

export const claim: Claim = {
  name: "onnx-export",
  summary: "A plain torch.onnx export trains: gradient error against PyTorch at most 1e-4, the losses of the GGUF's training to 1e-3.",
  async run(context) {
    const python = pythonWith(["torch", "transformers", "onnx", "onnxscript", "gguf"]);
    if ("program" in python) {
      context.print(`The real model, exported now: ${python.versions}.`);
      return withRealExport(context, python.program);
    }
    context.print(`Without the real packages (${python.lacks}; PTUNE_PYTHON names another Python): the committed exports of tiny models.`);
    return withTinyExports(context);
  },
};

async function withRealExport(context: ClaimContext, python: string): Promise<boolean> {
  const { root, signal, print } = context;
  const workspace = new Workspace();
  try {
    const { modelFile } = await fetchRealModel({ signal });
    const folder = workspace.subfolder("export");
    await runPython(python, [path.join(root, "scripts", "reference", "export_onnx.py"), "gguf", modelFile, folder], signal);
    const files = await new LocalSource(folder).fetch();
    const backbone = await openBackbone(files, { cache: cacheFolder() });
    const errors = await gradientErrors(backbone, folder, print);
    await backbone.dispose();

    const losses: number[][] = [];
    for (const [name, model] of [["gguf", realModel], ["onnx", { path: folder }]] as const) losses.push(await lossesOf(context, workspace, name, model));
    const apart = Math.max(...losses[0].map((loss, i) => Math.abs(loss - losses[1][i])));
    print(`${losses[0].length} steps, loss ${losses[1][0].toFixed(4)} to ${losses[1].at(-1)!.toFixed(4)} through the export; largest difference from the GGUF's ${small(apart)} (limit ${small(lossLimit)})`);
    return errors && losses[0].length === losses[1].length && apart <= lossLimit && losses[1].at(-1)! < losses[1][0];
  } finally {
    workspace.dispose();
  }
}

async function gradientErrors(backbone: Backbone, folder: string, print: ClaimContext["print"]): Promise<boolean> {
  const reference = readReference(folder);
  const values = { prompt: Float32Array.from(reference.prompt) };
  const errors: number[] = [];
  for (const stored of reference.cases) {
    const program = await backbone.createProgram({ virtualTokens: reference.virtualTokens, head: headOf(stored) });
    const { loss, gradients } = await program.step(batchOf(stored), values);
    await program.dispose();
    errors.push(relativeError(gradients.prompt, stored.gradient));
    print(`${stored.name}, ${stored.head.kind}: loss ${loss.toFixed(6)} (PyTorch ${stored.loss.toFixed(6)}), gradient error ${small(errors.at(-1)!)}`);
  }
  print(`Largest gradient error: ${small(worst(errors))} (limit ${small(gradientLimit)})`);
  return worst(errors) <= gradientLimit;
}

/** The losses of a short training through the command line. */
async function lossesOf({ root, signal }: ClaimContext, workspace: Workspace, name: string, model: unknown): Promise<number[]> {
  const rows = ["a fine film\tgood", "a dull film\tbad", "I laughed all evening\tgood", "I left early\tbad", "warm and clever\tgood", "a waste of 2 hours\tbad"];
  workspace.write("train.tsv", ["text\tlabel", ...rows, ""].join("\n"));
  const file = workspace.writeExperiment({
    name,
    model,
    dataset: { train: "train.tsv", validation: "train.tsv", columns: { text: "text", label: "label" } },
    task: { type: "classification", template: "{soft:8}Review: {text}\nIt was{label}", verbalizer: { good: " good", bad: " bad" } },
    method: { init: { type: "text", text: "Was the film good or bad?" } },
    training: { steps: 12, batchSize: 6, learningRate: 0.005 },
    evaluation: { baselines: [] },
  });
  const { code, events, errors } = await runCommandLine(buildCommandLine(root), ["run", file], { folder: workspace.folder, signal });
  if (code !== 0) throw new Error(`ptune run ended with code ${code}:\n${errors.slice(-2000)}`);
  return events.flatMap((event) => (event.type === "step" && event.loss !== null ? [event.loss] : []));
}

async function withTinyExports({ root, print }: ClaimContext): Promise<boolean> {
  const errors: number[] = [];
  for (const exporter of ["dynamo", "torchscript"]) {
    const folder = path.join(root, "test", "engine", "exported", "reference", exporter);
    const reference = readReference(folder);
    const model = await openExportedModel(path.join(folder, "model.onnx"));
    for (const stored of reference.cases) {
      const program = createExportedProgram({ model, virtualTokens: reference.virtualTokens, head: headOf(stored) });
      const { gradients } = await program.step(batchOf(stored), { prompt: Float32Array.from(reference.prompt) });
      await program.dispose();
      errors.push(relativeError(gradients.prompt, stored.gradient));
    }
    print(`${exporter}: ${reference.cases.length} cases`);
  }
  print(`Largest gradient error: ${small(worst(errors))} (limit ${small(gradientLimit)})`);
  return worst(errors) <= gradientLimit;
}
