import { afterEach, expect, test, vi } from "vitest";
import fc from "fast-check";
import type { JobSource, JobStatus } from "../../../src/protocol/backend/jobs.js";
import { activityOfFetch, activityOfPhase } from "../../../src/backend-process/jobs/activity.js";
import type { Job } from "../../../src/backend-process/jobs/job.js";
import { JobNotices } from "../../../src/backend-process/jobs/job-notices.js";
import { JobQueue } from "../../../src/backend-process/jobs/job-queue.js";

afterEach(() => void vi.useRealTimers());

const source: JobSource = { type: "experiment", file: "folder/spam.ptune.json" };

/** A queue whose work the test ends. */
function queue(runsAtOnce = 1) {
  const begun: string[] = [];
  const end = new Map<string, (status: "succeeded" | "stopped" | Error) => void>();
  const told: JobStatus[] = [];
  const limit = { runsAtOnce };
  const execute = (job: Job): Promise<{ status: "succeeded" | "stopped" }> => {
    begun.push(job.status.job);
    return new Promise((resolve, reject) => {
      const finish = (status: "succeeded" | "stopped" | Error): void => (status instanceof Error ? reject(status) : resolve({ status }));
      end.set(job.status.job, finish);
      job.options(undefined).signal!.addEventListener("abort", () => finish("stopped"));
    });
  };
  const made = new JobQueue({ runsAtOnce: () => limit.runsAtOnce, execute, onChange: (status) => told.push(status) });
  return { queue: made, begun, end, told, limit };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test("in order, as many at once as are allowed; more at once where the setting grows", async () => {
  const { queue: jobs, begun, end, limit } = queue();
  for (const id of ["a", "b", "c", "d"]) jobs.start(id, source, "runs");
  expect(begun).toEqual(["a"]);
  end.get("a")!("succeeded");
  await turn();
  expect(begun).toEqual(["a", "b"]);
  limit.runsAtOnce = 2;
  jobs.fill();
  expect(begun).toEqual(["a", "b", "c"]);
  end.get("b")!(new Error("broken"));
  await turn();
  expect(begun).toEqual(["a", "b", "c", "d"]);
  expect(jobs.all.map(({ outcome, state }) => outcome?.status ?? state)).toEqual(["succeeded", "failed", "preparing", "preparing"]);
});

test("the jobs of a sweep take one place, eight of them at a time, and later ones wait their turn", async () => {
  const { queue: jobs, begun, end } = queue();
  const ofSweep: JobSource = { ...source, sweep: "seeds" };
  jobs.start("first", ofSweep, "runs");
  jobs.start("other", source, "runs");
  for (let i = 2; i <= 9; i++) jobs.start(`seed${i}`, ofSweep, "runs");
  expect(begun).toEqual(["first", ...Array.from({ length: 7 }, (_, i) => `seed${i + 2}`)]);
  end.get("first")!("succeeded");
  await turn();
  expect(begun.at(-1)).toBe("seed9");
  for (let i = 2; i <= 8; i++) end.get(`seed${i}`)!("succeeded");
  await turn();
  expect(begun).not.toContain("other");
  end.get("seed9")!("succeeded");
  await turn();
  expect(begun.at(-1)).toBe("other");
});

test("asking for the same job twice gives one run", () => {
  const { queue: jobs, begun } = queue();
  jobs.start("a", source, "runs");
  expect(jobs.start("a", source, "runs").state).toBe("preparing");
  expect(begun).toEqual(["a"]);
  expect(jobs.all.length).toBe(1);
});

test("stopping all: what waits never begins, what runs is told, nothing is taken any more", async () => {
  const { queue: jobs, begun } = queue();
  for (const id of ["a", "b", "c"]) jobs.start(id, source, "runs");
  await jobs.stopAll();
  expect(begun).toEqual(["a"]);
  expect(jobs.all.map(({ outcome }) => outcome?.status)).toEqual(["stopped", "stopped", "stopped"]);
  expect(jobs.unfinished).toBe(0);
  expect(() => jobs.start("d", source, "runs")).toThrow("about to end");
});

test("any order of asking, stopping, pausing and ending: each job begins at most once, in order, and ends once", async () => {
  const action = fc.record({ what: fc.constantFrom("start", "stop", "pause", "continue", "end", "fail"), which: fc.nat({ max: 9 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 60 }), fc.integer({ min: 1, max: 3 }), async (actions, runsAtOnce) => {
      const { queue: jobs, begun, end, told } = queue(runsAtOnce);
      for (const { what, which } of actions) {
        const id = `job${which}`;
        try {
          if (what === "start") jobs.start(id, source, "runs");
          else if (what === "stop") jobs.stop(id);
          else if (what === "pause") jobs.pause(id);
          else if (what === "continue") jobs.continue(id);
          else end.get(id)?.(what === "end" ? "succeeded" : new Error("broken"));
        } catch (error) {
          expect((error as { kind?: string }).kind).toMatch(/^(run|usage)$/);
        }
        await turn();
        expect(jobs.all.filter(({ state }) => state !== "queued" && state !== "finished").length).toBeLessThanOrEqual(runsAtOnce);
      }
      await jobs.stopAll();
      expect(new Set(begun).size).toBe(begun.length);
      const asked = jobs.all.map(({ job }) => job);
      expect(begun).toEqual(asked.filter((id) => begun.includes(id)));
      for (const id of asked) expect(told.filter(({ job, state }) => job === id && state === "finished").length).toBe(1);
    }),
    { numRuns: 200 },
  );
});

test("a run that is worked on is not resumed a second time, whichever way its folder is written", () => {
  const { queue: jobs } = queue();
  jobs.start("a", { type: "resume", run: "/runs/one" }, "runs");
  expect(() => jobs.start("b", { type: "resume", run: "/runs/../runs/one/" }, "runs")).toThrow("being worked on already");
  expect(jobs.all.length).toBe(1);
});

test("10,000 steps a second are told ten times a second, a change of state at once, the end last", async () => {
  vi.useFakeTimers();
  const told: JobStatus[] = [];
  const notices = new JobNotices((status) => told.push(status));
  const status: JobStatus = { job: "a", source, runsRoot: "runs", title: "a", run: "r", state: "running", activity: null, step: null, outcome: null };
  for (let step = 1; step <= 10_000; step++) {
    notices.changed({ ...status, step: { step, steps: 10_000, loss: 1, secondsLeft: 1 } });
    if (step % 10 === 0) await vi.advanceTimersByTimeAsync(1);
  }
  expect(told.length).toBeLessThanOrEqual(12);
  expect(told.length).toBeGreaterThanOrEqual(9);
  notices.changed({ ...status, state: "paused" });
  expect(told.at(-1)?.state).toBe("paused");
  notices.changed({ ...status, state: "paused", step: { step: 1, steps: 2, loss: null, secondsLeft: null } });
  notices.changed({ ...status, state: "finished", outcome: { status: "stopped" } });
  const count = told.length;
  await vi.advanceTimersByTimeAsync(1000);
  expect(told.length).toBe(count);
  expect(told.at(-1)?.state).toBe("finished");
});

test("what a run is busy with", () => {
  expect(activityOfPhase({ type: "phase", phase: "validation", done: 3, total: 8 })).toEqual({ kind: "validation", text: "validating", done: 3, total: 8 });
  expect(activityOfPhase({ type: "phase", phase: "baseline 2: yes\nor no" })).toMatchObject({ kind: "baseline", subject: "yes\nor no" });
  expect(activityOfPhase({ type: "phase", phase: "something new" })).toEqual({ kind: "other", text: "something new" });
  expect(activityOfPhase({ type: "phase", phase: "constructor" }).kind).toBe("other");
  expect(activityOfPhase({ type: "phase", phase: `baseline 1: ${"x".repeat(1000)}` }).text.length).toBe(200);
  expect(activityOfFetch({ phase: "downloading", file: "smollm2.gguf", done: 5, total: 10 })).toEqual({ kind: "downloading", text: "downloading smollm2.gguf", subject: "smollm2.gguf", done: 5, total: 10 });
});
