import path from "node:path";
import { buildCommandLine, runToResult } from "../product/command-line.js";
import { openEditor, runInEditor } from "../product/editor.js";
import { differences, readLeftBehind } from "../product/left-behind.js";
import { realModel } from "../parity/real-backbone.js";
import { writeSmallExperiment } from "../product/small-experiment.js";
import { runFoldersOf, Workspace } from "../product/workspace.js";
import type { Claim } from "./claim.js";

export const claim: Claim = {
  name: "same-as-headless",
  summary: "A run started from VS Code's palette and the same file run by ptune are equal byte for byte: losses, evaluations, checkpoint, adapter (SmolLM2-135M and a tiny model).",
  async run({ root, print, signal }) {
    const workspace = new Workspace();
    try {
      const tiny = { path: path.join(root, "test", "fixtures", "tiny.gguf") };
      const experiments = [
        { title: "tiny model", file: writeSmallExperiment(workspace, "tiny", tiny, { steps: 40, checkpointEvery: 7, every: 10, soft: 6 }) },
        { title: "SmolLM2-135M", file: writeSmallExperiment(workspace, "smollm2", realModel, { steps: 12, checkpointEvery: 3, every: 5, soft: 8 }) },
      ];
      const code = await openEditor(root, { workspace: workspace.folder });
      const inEditor: string[] = [];
      try {
        for (const { file } of experiments) inEditor.push(await runInEditor(code, file, 600));
      } finally {
        await code.close();
      }
      const script = buildCommandLine(root);
      let equal = 0;
      for (const [index, { title, file }] of experiments.entries()) {
        const folder = workspace.subfolder(`headless-${index}`);
        await runToResult(script, ["run", file], { folder, signal });
        const [editor, headless] = await Promise.all([readLeftBehind(inEditor[index]), readLeftBehind(runFoldersOf(folder)[0])]);
        const found = differences(editor, headless);
        const losses = headless.steps.map((step) => (JSON.parse(step) as { loss: number }).loss);
        print(`${title}: ${headless.steps.length} steps (loss ${losses[0].toFixed(6)} to ${losses.at(-1)!.toFixed(6)}), ${headless.evaluations.length} evaluations: ${found.length === 0 ? "equal" : found.join("; ")}`);
        if (found.length === 0 && headless.steps.length > 0) equal++;
      }
      print(`${equal} of ${experiments.length} equal byte for byte`);
      return equal === experiments.length;
    } finally {
      workspace.dispose();
    }
  },
};
