import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import type { JobStatus } from "../../src/protocol/backend/jobs.js";
import type { RunEvent } from "../../src/runs/events.js";
import { RunFolder } from "../../src/runs/run-folder.js";
import { RunWriter } from "../../src/runs/run-writer.js";
import { exitReason } from "../../src/supervisor/exit-reason.js";
import { FloodGate, mostMessagesASecond } from "../../src/supervisor/flood-gate.js";
import { HeartbeatWatch } from "../../src/supervisor/heartbeat-watch.js";
import { JobBook } from "../../src/supervisor/job-book.js";
import { journalOutcome } from "../../src/supervisor/journal-outcome.js";
import { OutputTail } from "../../src/supervisor/output-tail.js";
import { statusOf } from "./fake-child.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test.each([
  [{ code: 134, signal: null, output: "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory" }, "It ran out of memory."],
  [{ code: null, signal: "SIGABRT", output: "terminate called after throwing an instance of 'std::bad_alloc'" }, "It ran out of memory."],
  [{ code: null, signal: "SIGABRT", output: "" }, "It aborted, most likely because memory ran out."],
  [{ code: null, signal: "SIGKILL", output: "" }, "It was killed, by a person or by the system because memory ran out."],
  [{ code: null, signal: "SIGSEGV", output: "" }, "The native library crashed (SIGSEGV)."],
  [{ code: -1073741819, signal: null, output: "" }, "The native library crashed (0xc0000005)."],
  [{ code: null, signal: "SIGTERM", output: "" }, "It was ended from outside (SIGTERM)."],
  [{ code: 1, signal: null, output: "node:internal\n  throw\nError: Cannot find module 'x'\n    at a (b.js:1)\n\nNode.js v20.1.0\n" }, "It ended with exit code 1: Error: Cannot find module 'x'."],
  [{ code: 9, signal: null, output: "" }, "It ended with exit code 9."],
  [{ code: null, signal: null, output: "" }, "The connection to it broke."],
] as const)("how a process ended, for a person: %o", (exit, reason) => {
  const told = exitReason(exit);
  expect(told.reason).toBe(reason);
  expect(told.advice).not.toBe("");
});

test("what the supervisor did itself comes before what the system tells of it", () => {
  expect(exitReason({ code: null, signal: "SIGKILL", output: "" }, "hang").reason).toBe("It gave no sign of life and was ended.");
  expect(exitReason({ code: null, signal: "SIGTERM", output: "" }, "flood").reason).toContain("messages");
});

test("the tail keeps the last bytes and no more", () => {
  const tail = new OutputTail(10);
  expect(tail.text).toBe("");
  for (const piece of ["abc", "defgh", "", "ijklmnop", "q"]) tail.add(Buffer.from(piece));
  expect(tail.text).toBe("hijklmnopq");
  tail.add(Buffer.from("0123456789ABCDEF"));
  expect(tail.text).toBe("6789ABCDEF");
  const flooded = new OutputTail(64 * 1024);
  for (let i = 0; i < 1000; i++) flooded.add(Buffer.alloc(10_000, String(i % 10)));
  expect(flooded.text.length).toBe(64 * 1024);
  expect(flooded.text.endsWith("9")).toBe(true);
});

test("a machine that slept is no hang: one interval has passed, however long it was", async () => {
  let hung = false;
  const watch = new HeartbeatWatch(() => (hung = true));
  await vi.advanceTimersByTimeAsync(2500);
  watch.beat();
  await vi.advanceTimersByTimeAsync(2500);
  expect(hung).toBe(false);
  await vi.advanceTimersByTimeAsync(2000);
  expect(hung).toBe(true);
});

test("messages pass until too many came in one second, then none", () => {
  let floods = 0;
  const gate = new FloodGate(() => floods++);
  for (let second = 0; second < 5; second++) for (let i = 0; i < mostMessagesASecond; i++) expect(gate.pass(second * 1000 + i / 10)).toBe(true);
  expect(gate.pass(4999)).toBe(false);
  expect(gate.pass(10_000)).toBe(false);
  expect(floods).toBe(1);
});

test("a job that has ended stays ended; a long window does not remember every job it ever had", async () => {
  const told: string[] = [];
  const book = new JobBook(({ job, state }) => told.push(`${job} ${state}`));
  book.set(statusOf({ job: "a", state: "running", run: "r" }));
  book.processEnded({ reason: "It ended.", advice: "Look." });
  await vi.waitFor(() => expect(told.length).toBe(2));
  book.set(statusOf({ job: "a", state: "running" }));
  expect(told).toEqual(["a running", "a finished"]);
  for (let i = 0; i < 2000; i++) book.set(statusOf({ job: `${i}`, state: "finished" }));
  expect(book.all.length).toBe(500);
  expect(book.find("1999")).toBeDefined();
});

test("a run that had ended before its process did is not shown as failed: its journal has the last word", async () => {
  vi.useRealTimers();
  const root = mkdtempSync(path.join(tmpdir(), "ptune-outcome-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const run = async (name: string, events: readonly RunEvent[]): Promise<string> => {
    const folder = new RunFolder(path.join(root, name));
    mkdirSync(folder.checkpoints, { recursive: true });
    const writer = await RunWriter.open(folder);
    for (const event of events) writer.append(event);
    writer.close();
    return folder.path;
  };
  const running: RunEvent = { type: "state", state: "running" };
  const result = (status: "succeeded" | "stopped"): RunEvent => ({ type: "result", status, run: "r", adapter: null, test: null, baselines: {}, seconds: 1, trainingSeconds: 1, peakMemoryMB: 1 });
  const outcome = async (name: string, events: readonly RunEvent[], part: Partial<JobStatus> = {}) => journalOutcome(statusOf({ state: "running", run: await run(name, events), ...part }));
  expect(await outcome("a", [running, { type: "state", state: "succeeded" }, result("succeeded")])).toEqual({ status: "succeeded" });
  expect(await outcome("b", [running, { type: "state", state: "succeeded" }])).toBeUndefined();
  expect(await outcome("c", [running, { type: "state", state: "stopped" }, result("stopped")])).toEqual({ status: "stopped" });
  expect(await outcome("d", [running, { type: "state", state: "failed", reason: "The loss is not finite." }])).toMatchObject({ status: "failed", error: { message: "The loss is not finite." } });
  expect(await outcome("e", [running])).toBeUndefined();
  expect(await outcome("f", [running, { type: "state", state: "stopped" }, result("stopped")], { state: "preparing", source: { type: "resume", run: "r" } })).toBeUndefined();
  expect(await journalOutcome(statusOf({ state: "running", run: path.join(root, "nowhere") }))).toBeUndefined();
  expect(await journalOutcome(statusOf({ state: "preparing", run: null }))).toBeUndefined();
});
