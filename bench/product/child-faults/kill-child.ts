import type { RandomSource } from "../../../src/common/random.js";
import { nodeFileSystem } from "../../../src/runs/file-system.js";
import { RunFolder } from "../../../src/runs/run-folder.js";
import { summarizeRun } from "../../../src/runs/run-summary.js";
import { type FaultPlace, killNow, largest, sleep } from "./place.js";

const limit = 1000;

/** SIGKILL of the backend process at random moments: the window hears of it at once, the folder opens, the run goes on. */
export async function killChild(place: FaultPlace, times: number, random: RandomSource): Promise<boolean> {
  const file = place.experiment("killed", 60);
  const heard: number[] = [];
  let opened = 0;
  let finished = 0;
  let withFolder = 0;
  const going = place.window();
  try {
    for (let i = 0; i < times && !place.signal.aborted; i++) {
      const window = place.window();
      try {
        const { job } = await window.supervisor.start({ type: "experiment", file }, place.runsRoot);
        // Half of them in the middle of the training, half at any moment: also while it is being prepared.
        if (i % 2 === 0) await window.until(({ step, state }) => step !== null || state === "finished");
        await sleep(random.uniform() * 400);
        const { pid } = window.supervisor;
        const before = window.supervisor.jobs.find((status) => status.job === job)!;
        if (before.state === "finished" || !pid || !killNow(pid)) {
          i--; // It was faster than the kill.
          continue;
        }
        const killed = performance.now();
        const failed = await window.until((status) => status.job === job && status.state === "finished");
        if (failed.outcome?.status === "succeeded") {
          i--; // Its journal says that it had ended before.
          continue;
        }
        heard.push(performance.now() - killed);
        if (failed.outcome?.error?.kind !== "backend" || !failed.outcome.error.reason) throw new Error(`The window shows ${JSON.stringify(failed.outcome)}.`);
        if (failed.run === null) continue;
        withFolder++;
        const { damage, active, history } = await summarizeRun(nodeFileSystem, new RunFolder(failed.run));
        if (damage.length === 0 && !active) opened++;
        else place.print(`  ${failed.run}: ${damage.join(" ")}`);
        const last = history.lastCheckpoint?.step ?? 0;
        if ((history.steps.at(-1)?.step ?? 0) - last > 5 + 1) place.print(`  more than the steps since the last checkpoint are lost: ${last} of ${history.steps.at(-1)?.step}`);
        const resumed = await going.supervisor.start({ type: "resume", run: failed.run }, place.runsRoot);
        const ended = await going.until((status) => status.job === resumed.job && status.state === "finished");
        if (ended.outcome?.status === "succeeded") finished++;
        else place.print(`  ${failed.run}: ${ended.outcome?.error?.message} ${ended.outcome?.error?.reason ?? ""}`);
      } finally {
        await window.supervisor.dispose();
      }
    }
  } finally {
    await going.supervisor.dispose();
  }
  const inTime = heard.filter((time) => time <= limit).length;
  place.print(`kill -9 of the child: shown failed within 1 s ${inTime} of ${times} (largest ${largest(heard)}); of ${withFolder} run folders ${opened} open whole, ${finished} were resumed to their end`);
  return inTime === times && opened === withFolder && finished === withFolder && withFolder > 0;
}
