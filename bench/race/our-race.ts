import { runCommandLine } from "../product/command-line.js";
import { Workspace } from "../product/workspace.js";
import type { Mark, Pace } from "./pace.js";

/** Trains through the command line as a person does, until the last evaluation. */
export async function raceOurs(script: string, experiment: { readonly name: string; readonly [setting: string]: unknown }, seed: number, steps: number, signal: AbortSignal): Promise<Pace> {
  const workspace = new Workspace();
  try {
    const marks: Mark[] = [];
    let began = 0;
    const { killed, code, errors } = await runCommandLine(script, ["run", workspace.writeExperiment(experiment)], {
      folder: workspace.folder,
      signal,
      onEvent: (event) => {
        if (event.type === "phase" && event.phase === "training") began = performance.now();
        if (event.type === "evaluation" && event.split === "validation") marks.push({ step: event.step, seconds: (performance.now() - began) / 1000, accuracy: event.measures.accuracy! });
      },
      // What comes after is no part of the race: the test, looking at the prompt, the adapter.
      killAfter: (event) => (event.type === "evaluation" && event.step === steps ? 0 : undefined),
    });
    if (!killed && code !== 0) throw new Error(`ptune run ended with code ${code}:\n${errors.slice(-2000)}`);
    if (marks.at(-1)?.step !== steps) throw new Error("The training was not evaluated at its end.");
    return { seed, marks };
  } finally {
    workspace.dispose();
  }
}
