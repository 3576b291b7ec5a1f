import { median } from "../step/compete.js";
import { realModel } from "../parity/real-backbone.js";
import { buildCommandLine, runCommandLine } from "../product/command-line.js";
import { writeSmallExperiment } from "../product/small-experiment.js";
import { Workspace } from "../product/workspace.js";
import type { Claim } from "./claim.js";

const limit = 3;
const starts = 5;

export const claim: Claim = {
  name: "load",
  summary: `With a warm disk the first training step of SmolLM2-135M is done within ${limit} seconds of the command (median).`,
  async run({ root, print, signal }) {
    const script = buildCommandLine(root);
    const firstSteps: number[] = [];
    const phases: string[] = [];
    // The first run unpacks the weights and checks the gradient, once a model: it does not count.
    for (let start = 0; start <= starts; start++) {
      const workspace = new Workspace();
      try {
        const file = writeSmallExperiment(workspace, "load", realModel, { steps: 1, checkpointEvery: 1, every: 1, soft: 20 });
        const began = performance.now();
        let first: number | undefined;
        const seen: string[] = [];
        const { code, errors } = await runCommandLine(script, ["run", file], {
          folder: workspace.folder,
          signal,
          onEvent: (event) => {
            const seconds = (performance.now() - began) / 1000;
            if (event.type === "phase" && !seen.some((each) => each.startsWith(event.phase))) seen.push(`${event.phase} at ${seconds.toFixed(1)} s`);
            if (event.type === "step") first ??= seconds;
          },
        });
        if (code !== 0 || first === undefined) throw new Error(`The run ended with code ${code}:\n${errors.slice(-1000)}`);
        if (start === 0) continue;
        firstSteps.push(first);
        phases.push(seen.slice(0, 4).join(", "));
      } finally {
        workspace.dispose();
      }
    }
    print(`From the command to the end of the first step (8 sequences): median ${median(firstSteps).toFixed(2)} s (${firstSteps.map((value) => value.toFixed(2)).join(", ")}).`);
    print(`On the way: ${phases[0]}.`);
    return median(firstSteps) <= limit;
  },
};
