import { spawn } from "node:child_process";
import path from "node:path";
import { createInterface } from "node:readline";
import type { RandomSource } from "../../../src/common/random.js";
import type { JobStatus } from "../../../src/protocol/backend/jobs.js";
import type { WindowTask } from "../../../test/backend-process/fixtures/window.js";
import { type FaultPlace, largest, sleep, untilGone } from "./place.js";

const limit = 2000;
/** Hosts that live at the same time. */
const together = 4;

/** SIGKILL of the process that supervises, as the extension host does: the child ends, busy or not. */
export async function killHost(place: FaultPlace, root: string, times: number, random: RandomSource): Promise<boolean> {
  const script = place.fixture(path.join(root, "test", "backend-process", "fixtures", "window.ts"));
  const faulty = place.fixture(path.join(root, "test", "backend-process", "fixtures", "faulty-run.ts"));
  const training = place.experiment("endless", 1_000_000);
  // Its main thread is busy for good from the eighth step on: only the watchdog can end it.
  const busy = place.experiment("busy-for-ever", 1_000_000);
  const gone: number[] = [];
  let busyOnes = 0;
  for (let done = 0; done < times && !place.signal.aborted; done += together) {
    const batch = Array.from({ length: Math.min(together, times - done) }, (_, i) => done + i);
    await Promise.all(
      batch.map(async (number) => {
        const isBusy = number % 4 === 3;
        if (isBusy) busyOnes++;
        const task: WindowTask = { script: isBusy ? faulty : place.backend, settings: place.settings(), jobs: [{ type: "experiment", file: isBusy ? busy : training }], runsRoot: place.runsRoot };
        const host = spawn(process.execPath, [script, JSON.stringify(task)], { stdio: ["pipe", "pipe", "inherit"] });
        const exited = new Promise((resolve) => host.once("exit", resolve));
        const pid = await trainingChild(host.stdout);
        await sleep((isBusy ? 400 : 0) + random.uniform() * 400);
        host.kill("SIGKILL");
        gone.push(await untilGone(pid));
        await exited;
      }),
    );
  }
  const inTime = gone.filter((time) => time <= limit).length;
  place.print(`kill -9 of the host: the child is gone within 2 s ${inTime} of ${times} (largest ${largest(gone)}; ${busyOnes} of them with a main thread that is busy for good)`);
  return inTime === times;
}

/** The number of the child's process, once its run has a folder. */
function trainingChild(output: NodeJS.ReadableStream): Promise<number> {
  return new Promise((resolve) => {
    let pid: number | undefined;
    createInterface({ input: output }).on("line", (line) => {
      const message = JSON.parse(line) as { readonly state?: string; readonly pid?: number; readonly status?: JobStatus };
      if (message.state === "ready") pid = message.pid;
      if (message.status?.run && pid !== undefined) resolve(pid);
    });
  });
}
