import path from "node:path";
import { missedHeartbeats, terminateMilliseconds } from "../../../src/supervisor/time-outs.js";
import { heartbeatMilliseconds } from "../../../src/protocol/backend/heartbeat-time.js";
import { isRunning } from "../../../src/runs/process-identity.js";
import { forkChild } from "../../../src/supervisor/fork-child.js";
import { type FaultPlace, largest, untilGone } from "./place.js";

/** A child whose heap is full: the host lives, and shows the run failed with the reason. */
export async function outOfMemory(place: FaultPlace, root: string, times: number): Promise<boolean> {
  const script = place.fixture(path.join(root, "test", "backend-process", "fixtures", "faulty-run.ts"));
  const file = place.experiment("fills-the-heap", 1_000_000);
  const heard: number[] = [];
  let explained = 0;
  for (let i = 0; i < times && !place.signal.aborted; i++) {
    const window = place.window({ fork: () => forkChild({ script, execArgv: ["--max-old-space-size=200"] }) });
    try {
      const { job } = await window.supervisor.start({ type: "experiment", file }, place.runsRoot);
      const pid = window.supervisor.pid!;
      const gone = untilGone(pid).then(() => performance.now());
      const { outcome, run } = await window.until((status) => status.job === job && status.state === "finished");
      heard.push(performance.now() - (await gone));
      if (outcome?.error?.reason === "It ran out of memory." && run !== null) explained++;
      else place.print(`  ${JSON.stringify(outcome)}`);
    } finally {
      await window.supervisor.dispose();
    }
  }
  const inTime = heard.filter((time) => time <= 1000).length;
  place.print(`out of memory: shown failed within 1 s ${inTime} of ${times} (largest ${largest(heard)}), with the reason ${explained} of ${times}`);
  return inTime === times && explained === times;
}

/** A child that gives no sign of life and ignores SIGTERM. */
export async function hanging(place: FaultPlace, root: string, times: number): Promise<boolean> {
  const script = place.fixture(path.join(root, "test", "backend-process", "fixtures", "ignores-sigterm.ts"));
  const shown: number[] = [];
  const gone: number[] = [];
  // The fourth interval without a beat begins when three were missed; each is a little longer than a beat.
  const limit = heartbeatMilliseconds * (missedHeartbeats + 1) * 1.05 + 1000;
  for (let i = 0; i < times && !place.signal.aborted; i++) {
    const window = place.window({ script });
    try {
      const { job } = await window.supervisor.start({ type: "experiment", file: "any" }, place.runsRoot);
      const pid = window.supervisor.pid!;
      const began = performance.now();
      await window.until((status) => status.job === job && status.state === "finished");
      shown.push(performance.now() - began);
      if (isRunning({ pid, started: null }) === "no") throw new Error("It did not ignore SIGTERM.");
      gone.push(await untilGone(pid));
    } finally {
      await window.supervisor.dispose();
    }
  }
  const inTime = shown.filter((time) => time <= limit).length;
  const killed = gone.filter((time) => time <= terminateMilliseconds + 1000).length;
  place.print(`hang, SIGTERM ignored: shown failed after ${missedHeartbeats} missed heartbeats ${inTime} of ${times} (largest ${largest(shown)}, limit ${Math.round(limit)} ms), killed ${killed} of ${times} (largest ${largest(gone)} later)`);
  return inTime === times && killed === times;
}

const windowsAtOnce = 10;

/** Several windows ask for the same run: one of them gets it. */
export async function oneWriter(place: FaultPlace, rounds: number): Promise<boolean> {
  const windows = Array.from({ length: windowsAtOnce }, () => place.window());
  let tries = 0;
  let winners = 0;
  let refused = 0;
  try {
    const file = place.experiment("contested", 1_000_000);
    const { job } = await windows[0].supervisor.start({ type: "experiment", file }, place.runsRoot);
    const { run } = await windows[0].until(({ step }) => step !== null);
    await windows[0].supervisor.call("jobs/stop", { job });
    await windows[0].until((status) => status.job === job && status.state === "finished");
    for (let round = 0; round < rounds && !place.signal.aborted; round++) {
      const jobs = await Promise.all(windows.map(({ supervisor }) => supervisor.start({ type: "resume", run: run! }, place.runsRoot)));
      const decided = await Promise.all(windows.map((window, i) => window.until((status) => status.job === jobs[i].job && (status.state === "running" || status.state === "finished"))));
      tries += windows.length;
      winners += decided.filter(({ state }) => state === "running").length;
      refused += decided.filter(({ outcome }) => outcome?.error?.kind === "busy").length;
      for (const [i, { state }] of decided.entries()) {
        if (state !== "running") continue;
        await windows[i].supervisor.call("jobs/stop", { job: jobs[i].job });
        await windows[i].until((status) => status.job === jobs[i].job && status.state === "finished");
      }
    }
  } finally {
    await Promise.all(windows.map(({ supervisor }) => supervisor.dispose()));
  }
  place.print(`${windowsAtOnce} windows ask for one run: ${tries} tries, ${winners} writers in ${rounds} rounds, ${refused} told that it is held`);
  return winners === rounds && refused === tries - winners;
}
