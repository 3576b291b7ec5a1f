import { readFileSync } from "node:fs";
import path from "node:path";
import { buildCommandLine, runToResult } from "../product/command-line.js";
import { runPython } from "../product/python.js";
import type { Workspace } from "../product/workspace.js";
import { small } from "./compare.js";
import { compareWithPeft, peftAnswerSchema, tinyFlanT5 } from "./peft-t5.js";

export interface RoundtripContext {
  readonly root: string;
  readonly signal?: AbortSignal;
  readonly print: (line: string) => void;
}

/** A prompt trained here and loaded by PEFT, and the other way, on the tiny Flan-T5: the largest difference of each. */
export async function flanT5Roundtrip(context: RoundtripContext, workspace: Workspace, python: string): Promise<number[]> {
  const { root, signal, print } = context;
  const answered = async (adapter: string, name: string, ...more: string[]): Promise<string> => {
    const out = path.join(workspace.folder, `${name}.json`);
    await runPython(python, [path.join(root, "scripts", "reference", "peft_t5.py"), "--adapter", adapter, "--out", out, ...more], signal);
    return out;
  };
  const ours = await trainHere(context, workspace);
  const made = path.join(workspace.folder, "t5-made-by-peft");
  return [
    await comparedOnFlanT5(root, "trained here, loaded by PEFT", ours, await answered(ours, "t5-ours"), print),
    await comparedOnFlanT5(root, "trained by PEFT, loaded here", made, await answered(made, "t5-peft", "--make"), print),
  ];
}

/** Largest difference of the log-probabilities; no number where a greedy answer differs. */
export async function comparedOnFlanT5(root: string, name: string, adapter: string, answerFile: string, print: (line: string) => void): Promise<number> {
  const answer = peftAnswerSchema.parse(JSON.parse(readFileSync(answerFile, "utf8")));
  const { logProbabilities, answers } = await compareWithPeft(root, adapter, answer);
  print(`Flan-T5 (tiny, random), ${name}: ${answer.virtualTokens} virtual tokens (${answer.parts} parts), ${answers.of} texts: largest difference ${small(logProbabilities)}; ${answers.equal} of ${answers.of} greedy answers equal`);
  return answers.equal === answers.of ? logProbabilities : NaN;
}

/** A prompt in front of the encoder's text, trained for a few steps through the command line. Returns the adapter's folder. */
async function trainHere({ root, signal }: RoundtripContext, workspace: Workspace): Promise<string> {
  workspace.write("answers.tsv", ["text\toutput", "a text of words\tthe words", "a model of text\tthe text", "the prompt of a run\ta run", ""].join("\n"));
  const file = workspace.writeExperiment({
    name: "roundtrip-t5",
    model: { path: tinyFlanT5(root) },
    dataset: { train: "answers.tsv", validation: "answers.tsv", columns: { text: "text", output: "output" } },
    task: { type: "generation", template: "{soft:6}{text}{output}", maxNewTokens: 8 },
    training: { steps: 4, batchSize: 3, learningRate: 0.1 },
    evaluation: { baselines: [] },
  });
  const { adapter } = await runToResult(buildCommandLine(root), ["run", file], { folder: workspace.folder, signal });
  if (!adapter) throw new Error("The run left no adapter.");
  return adapter;
}
