import path from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { type FaultPlace, sleep } from "./place.js";

/** What a flood may cost the host: milliseconds in which it hears nothing else, beside what the machine's other work costs it, and megabytes. */
const mostDelay = 250;
const mostMemory = 64;

/** A child that prints 240 MB, and one that sends messages as fast as it can; this process is the host that hears it. */
export async function flood(place: FaultPlace, root: string): Promise<boolean> {
  const idle = monitorEventLoopDelay({ resolution: 5 });
  idle.enable();
  await sleep(3000);
  idle.disable();
  const limit = mostDelay + idle.max / 1e6;
  place.print(`an idle host's event loop is delayed by at most ${(idle.max / 1e6).toFixed(0)} ms here`);
  const fixture = (name: string): string => path.join(root, "test", "backend-process", "fixtures", name);
  const printing = place.fixture(fixture("faulty-run.ts"));
  const notifying = place.fixture(fixture("floods-notices.ts"));
  const output = await measured(place, limit, "240 MB of output", async () => {
    const window = place.window({ script: printing });
    try {
      const file = place.experiment("floods-its-output", 1_000_000);
      const { job } = await window.supervisor.start({ type: "experiment", file }, place.runsRoot);
      await window.until((status) => status.job === job && (status.step?.step ?? 0) > 8);
      return window.states.join(", ") === "starting, ready" && window.supervisor.jobs[0].state === "running";
    } finally {
      await window.supervisor.dispose();
    }
  });
  const notices = await measured(place, limit, "messages without end", async () => {
    const window = place.window({ script: notifying });
    try {
      await window.supervisor.call("jobs/list", {}).catch(() => undefined);
      await window.untilState("restarting");
      return window.log.some((line) => line.includes("far more messages"));
    } finally {
      await window.supervisor.dispose();
    }
  });
  return output && notices;
}

async function measured(place: FaultPlace, limit: number, what: string, work: () => Promise<boolean>): Promise<boolean> {
  const before = process.memoryUsage().rss;
  let most = before;
  const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 20);
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const held = await work();
  await sleep(50);
  delay.disable();
  clearInterval(watch);
  const longest = delay.max / 1e6;
  const grown = (most - before) / 2 ** 20;
  place.print(`flood, ${what}: ${held ? "the host saw it through" : "the host did not see it through"}; event loop delayed by at most ${longest.toFixed(0)} ms (99 %: ${(delay.percentile(99) / 1e6).toFixed(0)} ms, limit ${limit.toFixed(0)}), memory grew by at most ${grown.toFixed(0)} MB (limit ${mostMemory})`);
  return held && longest <= limit && grown <= mostMemory;
}
