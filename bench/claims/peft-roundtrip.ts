import { readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { readSoftPrompt } from "../../src/adapter/read-prompt.js";
import type { Backbone } from "../../src/backbone/backbone.js";
import { largestDifference, small, worst } from "../parity/compare.js";
import { readLogits } from "../parity/logits.js";
import { fetchRealModel, realModel, withRealBackbone } from "../parity/real-backbone.js";
import { comparedOnFlanT5, flanT5Roundtrip } from "../parity/peft-t5-roundtrip.js";
import { buildCommandLine, runCommandLine, runToResult } from "../product/command-line.js";
import { pythonWith, runPython } from "../product/python.js";
import { Workspace } from "../product/workspace.js";
import type { Claim, ClaimContext } from "./claim.js";

const limit = 1e-3;

/** What scripts/reference/peft_roundtrip.py writes: logits at the last position of every sequence. */
const answerSchema = z.object({
  virtualTokens: z.int(),
  stride: z.int().min(1),
  sequences: z.array(z.object({ ids: z.array(z.int().min(0)), sample: z.array(z.number()), top: z.array(z.int()) })),
});
type Answer = z.infer<typeof answerSchema>;

export const claim: Claim = {
  name: "peft-roundtrip",
  summary: "Soft prompts travel between this program and PEFT, both ways, with the same logits, on SmolLM2 and on a tiny Flan-T5: largest difference at most 1e-3.",
  async run(context) {
    const python = pythonWith(["peft", "torch", "transformers", "gguf"]);
    const workspace = new Workspace();
    try {
      if ("program" in python) {
        context.print(`With the real packages: ${python.versions}.`);
        return await withPackages(context, workspace, python.program);
      }
      context.print(`Without the real packages (${python.lacks}; PTUNE_PYTHON names another Python): on files that PEFT made.`);
      return await withReferenceFiles(context, workspace);
    } finally {
      workspace.dispose();
    }
  },
};

const references = (root: string): string => path.join(root, "test", "adapter", "reference");

async function withPackages(context: ClaimContext, workspace: Workspace, python: string): Promise<boolean> {
  const { root, signal, print } = context;
  const { modelFile } = await fetchRealModel({ signal });
  const ids = path.join(references(root), "ids.json");
  const roundtrip = async (adapter: string, name: string, ...more: string[]): Promise<Answer> => {
    const out = path.join(workspace.folder, `${name}.json`);
    await runPython(python, [path.join(root, "scripts", "reference", "peft_roundtrip.py"), "--gguf", modelFile, "--adapter", adapter, "--ids", ids, "--out", out, ...more], signal);
    return answerSchema.parse(JSON.parse(readFileSync(out, "utf8")));
  };

  const ours = await trainHere(context, workspace);
  const made = path.join(workspace.folder, "made-by-peft");
  const answers: [name: string, adapter: string, answer: Answer][] = [
    ["trained here, loaded by PEFT", ours, await roundtrip(ours, "ours")],
    ["trained by PEFT, loaded here", made, await roundtrip(made, "peft", "--make")],
  ];
  const errors = await withRealBackbone({ signal }, async (backbone) => {
    const found: number[] = [];
    for (const [name, adapter, answer] of answers) found.push(await compareWith(backbone, name, adapter, answer, print));
    return found;
  });
  return judge([...errors, ...(await flanT5Roundtrip(context, workspace, python))], print);
}

/** PEFT's prompt here against PEFT's logits; and the way back by bytes: what we export of it is the file that PEFT wrote. */
async function withReferenceFiles({ root, signal, print }: ClaimContext, workspace: Workspace): Promise<boolean> {
  const adapter = path.join(references(root), "peft-made");
  const answer = answerSchema.parse(JSON.parse(readFileSync(path.join(references(root), "peft-made-logits.json"), "utf8")));
  const errors = await withRealBackbone({ signal }, async (backbone) => [await compareWith(backbone, "trained by PEFT, loaded here", adapter, answer, print)]);

  const script = buildCommandLine(root);
  const exported = path.join(workspace.folder, "exported");
  for (const args of [
    ["import", adapter, "--name", "made", "--template", "{soft:20}{text}{output}"],
    ["export", path.join(workspace.folder, ".ptune", "prompts", "made"), "--format", "peft", "--to", exported],
  ]) {
    const { code, errors: said } = await runCommandLine(script, args, { folder: workspace.folder, signal });
    if (code !== 0) throw new Error(`ptune ${args[0]} ended with code ${code}:\n${said.slice(-2000)}`);
  }
  const bytes = (folder: string): Buffer => readFileSync(path.join(folder, "adapter_model.safetensors"));
  const same = bytes(exported).equals(bytes(adapter));
  print(`imported and exported again: adapter_model.safetensors is ${same ? "byte for byte PEFT's own" : "not PEFT's own file"}`);
  return judge([...errors, await comparedOnFlanT5(root, "trained by PEFT, loaded here", path.join(references(root), "t5-made"), path.join(references(root), "t5-made-answer.json"), print)], print) && same;
}

/** A prompt in front of the text, trained for a few steps through the command line. Returns the adapter's folder. */
async function trainHere({ root, signal }: ClaimContext, workspace: Workspace): Promise<string> {
  workspace.write("train.tsv", ["text\tlabel", "a fine film\tgood", "a dull film\tbad", "I laughed all evening\tgood", "I left early\tbad", ""].join("\n"));
  const file = workspace.writeExperiment({
    name: "roundtrip",
    model: realModel,
    dataset: { train: "train.tsv", validation: "train.tsv", columns: { text: "text", label: "label" } },
    task: { type: "classification", template: "{soft:20}{text} It was{label}", verbalizer: { good: " good", bad: " bad" } },
    training: { steps: 4, batchSize: 4, learningRate: 0.02 },
    evaluation: { baselines: [] },
  });
  const { adapter } = await runToResult(buildCommandLine(root), ["run", file], { folder: workspace.folder, signal });
  if (!adapter) throw new Error("The run left no adapter.");
  return adapter;
}

/** Largest difference of the logits behind the soft prompt of an adapter folder and each text. */
async function compareWith(backbone: Backbone, name: string, adapter: string, answer: Answer, print: (line: string) => void): Promise<number> {
  const { prompt, virtualTokens } = readSoftPrompt(adapter);
  const differences: number[] = [];
  let compared = 0;
  for (const { ids, sample } of answer.sequences) {
    const tokens = Int32Array.from([...new Array<number>(virtualTokens).fill(-1), ...ids]);
    const sequence = { tokens, virtualTokens: tokens.map((_, i) => (i < virtualTokens ? i : -1)), scored: [{ row: tokens.length - 1, target: 0 }] };
    const entries = Int32Array.from(sample, (_, k) => k * answer.stride);
    differences.push(largestDifference(await readLogits(backbone, sequence, entries, prompt), sample));
    compared += sample.length;
  }
  print(`${name}: ${virtualTokens} virtual tokens, ${answer.sequences.length} texts, ${compared} logits: largest difference ${small(worst(differences))}`);
  return virtualTokens === answer.virtualTokens ? worst(differences) : NaN;
}

function judge(errors: readonly number[], print: (line: string) => void): boolean {
  const largest = worst(errors);
  print(`Largest difference: ${small(largest)} (limit ${small(limit)})`);
  return largest <= limit;
}
