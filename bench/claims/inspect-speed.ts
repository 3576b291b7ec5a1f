import { readdirSync } from "node:fs";
import path from "node:path";
import { cacheFolder } from "../../src/backbone/sources/cache-folder.js";
import type { AnswerData } from "../../src/protocol/backend/playground.js";
import { median } from "../step/compete.js";
import { realModel } from "../parity/real-backbone.js";
import { openBackendWindow } from "../product/backend-window.js";
import { buildCommandLine, runToResult } from "../product/command-line.js";
import { writeSmallExperiment } from "../product/small-experiment.js";
import { Workspace } from "../product/workspace.js";
import type { Claim } from "./claim.js";

const limits = { nearest: 150, swap: 10 };
const virtualTokens = 100;
const times = 7;

export const claim: Claim = {
  name: "inspect-speed",
  summary: `Nearest tokens of ${virtualTokens} vectors in a vocabulary of 49,152 within ${limits.nearest} ms; another prompt in the playground within ${limits.swap} ms.`,
  async run({ root, print, signal }) {
    const script = buildCommandLine(root);
    const workspace = new Workspace();
    const inside = (name: string): string => path.join(workspace.folder, name);
    const settings = { runsAtOnce: 1, whenWindowCloses: "stop", cache: cacheFolder(), stateFolder: inside("state") } as const;
    const window = openBackendWindow({ script: path.join(root, "out", "backend.js"), settings });
    try {
      for (const name of ["one", "two"]) {
        const file = writeSmallExperiment(workspace, name, realModel, { steps: 2, checkpointEvery: 2, every: 2, soft: virtualTokens });
        await runToResult(script, ["run", file], { folder: workspace.folder, signal });
      }
      const runsRoot = inside(path.join(".ptune", "runs"));
      const runs = readdirSync(runsRoot).map((run) => path.join(runsRoot, run));
      // As the inspector's panel asks; the first look opens the backbone.
      const nearest: number[] = [];
      for (let look = 0; look <= times; look++) {
        const began = performance.now();
        const { tokens } = await window.supervisor.call("inspection/neighbours", { path: runs[look % 2], k: 10 });
        if (tokens.length !== virtualTokens) throw new Error(`${tokens.length} virtual tokens came back.`);
        if (look > 0) nearest.push(performance.now() - began);
      }
      print(`Nearest tokens of ${virtualTokens} vectors by three measures, asked as the inspector does: median ${median(nearest).toFixed(0)} ms (${nearest.map((value) => value.toFixed(0)).join(", ")}).`);

      const session = await window.supervisor.call("playground/open", { runsRoot, prompts: runs });
      const swaps: number[] = [];
      const forward: number[] = [];
      for (let turn = 0; turn <= 2 * times; turn++) {
        const answered = await window.supervisor.call("playground/answer", { session: session.session, fields: { text: "a free prize can be yours now" }, contestants: [{ kind: "soft", prompt: runs[turn % 2] }] });
        if (answered.state !== "answered" || answered.outcomes[0].status !== "answered") throw new Error("The playground did not answer.");
        const { swap, milliseconds }: AnswerData = answered.outcomes[0].answer;
        if (turn === 0) continue;
        swaps.push(swap);
        forward.push(milliseconds);
      }
      print(`Another prompt in the playground: median ${median(swaps).toFixed(1)} ms, at most ${Math.max(...swaps).toFixed(1)} ms, beside ${median(forward).toFixed(0)} ms of computing.`);
      return median(nearest) <= limits.nearest && median(swaps) <= limits.swap;
    } finally {
      await window.supervisor.dispose();
      workspace.dispose();
    }
  },
};
