import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import net from "node:net";
import { createInterface } from "node:readline";
import { expect, onTestFinished, test } from "vitest";
import type { BackgroundAddress } from "../../src/protocol/backend/background-address.js";
import type { JobStatus } from "../../src/protocol/backend/jobs.js";
import { nodeFileSystem } from "../../src/runs/file-system.js";
import { isRunning } from "../../src/runs/process-identity.js";
import { RunFolder } from "../../src/runs/run-folder.js";
import { summarizeRun } from "../../src/runs/run-summary.js";
import { Workspace } from "../cli/end-to-end/ptune.js";
import type { WindowTask } from "./fixtures/window.js";
import { backendScript, fixtureScript, kill, openWindow, withBuiltBackend } from "./support.js";

withBuiltBackend();

interface Message {
  readonly status?: JobStatus;
  readonly state?: string;
  readonly pid?: number;
  readonly adopted?: boolean;
  readonly log?: string;
}

interface Opened {
  readonly process: ChildProcess;
  readonly messages: Message[];
  until(suits: (message: Message) => boolean): Promise<Message>;
}

/** A window in a process of its own, which can be killed. */
async function windowProcess(task: WindowTask): Promise<Opened> {
  const child = spawn(process.execPath, [await fixtureScript("window"), JSON.stringify(task)], { stdio: ["pipe", "pipe", "inherit"] });
  const messages: Message[] = [];
  onTestFinished(() => {
    child.kill("SIGKILL");
    for (const { pid } of messages) kill(pid);
  });
  const waiting = new Set<() => void>();
  createInterface({ input: child.stdout }).on("line", (line) => {
    messages.push(JSON.parse(line) as Message);
    waiting.forEach((look) => look());
  });
  const until = (suits: (message: Message) => boolean): Promise<Message> =>
    new Promise((resolve) => {
      const look = (): void => {
        const found = messages.find(suits);
        if (found) resolve(found);
        if (found) waiting.delete(look);
      };
      waiting.add(look);
      look();
    });
  return { process: child, messages, until };
}

function place(): { place: Workspace; endless: string; runsRoot: string } {
  const made = new Workspace();
  onTestFinished(() => made.dispose());
  const short = made.writeExperiment();
  return { place: made, endless: made.write("endless.ptune.json", readFileSync(short, "utf8").replace('"steps": 20', '"steps": 1000000').replace('"every": 10', '"every": 1000000')), runsRoot: made.file(".ptune/runs") };
}

const task = (at: Workspace, whenWindowCloses: "stop" | "continue", jobs: WindowTask["jobs"] = []): WindowTask => ({
  script: backendScript,
  settings: { runsAtOnce: 1, whenWindowCloses, cache: at.file("cache"), stateFolder: at.file("state") },
  jobs,
  runsRoot: at.file(".ptune/runs"),
});

async function untilGone(pid: number): Promise<void> {
  while (isRunning({ pid, started: null }) !== "no") await new Promise((resolve) => setTimeout(resolve, 20));
}

const addresses = (at: Workspace): string[] => readdirSync(at.file("state/background"));
const trains = (message: Message): boolean => (message.status?.step?.step ?? 0) > 6;

test("stop: the host is killed, the process ends by itself and its run can be resumed", async () => {
  const { place: at, endless } = place();
  const window = await windowProcess(task(at, "stop", [{ type: "experiment", file: endless }]));
  const { status } = await window.until(trains);
  const { pid } = await window.until(({ state }) => state === "ready");
  window.process.kill("SIGKILL");
  await untilGone(pid!);
  const left = await summarizeRun(nodeFileSystem, new RunFolder(status!.run!));
  expect(left).toMatchObject({ active: false, damage: [] });
  expect(left.history.lastCheckpoint).toBeDefined();
});

test("continue: the host is killed, the runs go on; the next window takes them over, and its settings count", async () => {
  const { place: at, endless, runsRoot } = place();
  const first = await windowProcess(task(at, "continue", [{ type: "experiment", file: endless }, { type: "experiment", file: endless, overrides: { training: { steps: 3 } } }]));
  const { status } = await first.until(trains);
  const { pid } = await first.until(({ state }) => state === "ready");
  first.process.kill("SIGKILL");
  const next = openWindow(at, { attach: true, fork: () => expect.fail("a second process") });
  while (!(await next.supervisor.adopt())) await new Promise((resolve) => setTimeout(resolve, 50));
  expect(next.supervisor.pid).toBe(pid);
  expect(next.supervisor.jobs.map(({ state }) => state)).toEqual(["running", "queued"]);
  expect(next.supervisor.jobs[0].run).toBe(status!.run);
  const before = next.statuses.length;
  await next.until((one) => next.statuses.indexOf(one) >= before && (one.step?.step ?? 0) > status!.step!.step);
  expect((await summarizeRun(nodeFileSystem, new RunFolder(status!.run!))).active).toBe(true);

  await next.supervisor.call("jobs/stop", { job: status!.job });
  expect(await next.until(({ job, state }) => job === status!.job && state === "finished")).toMatchObject({ outcome: { status: "stopped" } });
  // The queue goes on, and new runs are taken.
  const second = next.supervisor.jobs[1].job;
  expect(await next.until(({ job, state }) => job === second && state === "finished")).toMatchObject({ outcome: { status: "succeeded" } });
  const third = await next.supervisor.start({ type: "experiment", file: endless, overrides: { training: { steps: 2 } } }, runsRoot);
  expect(await next.until(({ job, state }) => job === third.job && state === "finished")).toMatchObject({ outcome: { status: "succeeded" } });
  await next.supervisor.dispose();
  await untilGone(pid!);
  expect(addresses(at)).toEqual([]);
});

test("continue: with no run under way the process ends with its window; with one it ends after it", async () => {
  const { place: at, endless } = place();
  const idle = await windowProcess({ ...task(at, "continue", [{ type: "experiment", file: endless, overrides: { training: { steps: 2 } } }]) });
  await idle.until(({ status }) => status?.state === "finished");
  const { pid } = await idle.until(({ state }) => state === "ready");
  idle.process.kill("SIGKILL");
  await untilGone(pid!);

  const busy = await windowProcess({ ...task(at, "continue", [{ type: "experiment", file: endless, overrides: { training: { steps: 300 } } }]) });
  const { status } = await busy.until(trains);
  const { pid: other } = await busy.until(({ state }) => state === "ready");
  // Closed in order, this time.
  busy.process.stdin!.write("close\n");
  await new Promise((resolve) => busy.process.once("exit", resolve));
  expect(isRunning({ pid: other!, started: null })).not.toBe("no");
  await untilGone(other!);
  expect((await summarizeRun(nodeFileSystem, new RunFolder(status!.run!))).history.state).toBe("succeeded");
  expect(addresses(at)).toEqual([]);
});

test("two windows at once: one gets the process, the other is told", async () => {
  const { place: at, endless } = place();
  const first = await windowProcess(task(at, "continue", [{ type: "experiment", file: endless }]));
  const { pid } = await first.until(({ state }) => state === "ready");
  await first.until(trains);
  const early = openWindow(at, { attach: true, fork: () => expect.fail("a second process") });
  expect(await early.supervisor.adopt()).toBe(false);
  expect(early.log.join()).toContain("Another window follows the runs");
  first.process.kill("SIGKILL");
  const windows = [openWindow(at, { attach: true }), openWindow(at, { attach: true })];
  let won: boolean[] = [];
  while (!won.includes(true)) won = await Promise.all(windows.map(({ supervisor }) => supervisor.adopt()));
  expect(won.toSorted()).toEqual([false, true]);
  const winner = windows[won.indexOf(true)];
  const loser = windows[won.indexOf(false)];
  expect(loser.log.join()).toContain("Another window follows the runs");
  expect(loser.supervisor.state).toBe("off");
  await winner.supervisor.dispose();
  await untilGone(pid!);
});

test("an address of a process that is gone, of another process with its number, and no address at all are removed", async () => {
  const { place: at } = place();
  const folder = at.file("state/background");
  mkdirSync(folder, { recursive: true });
  const address: BackgroundAddress = { version: 1, pid: process.pid, started: "another start", address: at.file("nowhere"), pulse: at.file("nowhere"), token: "x".repeat(48) };
  writeFileSync(`${folder}/1.json`, JSON.stringify(address));
  writeFileSync(`${folder}/2.json`, "{");
  writeFileSync(`${folder}/3.json`, JSON.stringify({ ...address, pid: 2 ** 22 + 1, started: null }));
  writeFileSync(`${folder}/4.json`, "x".repeat(100_000));
  const window = openWindow(at, { attach: true });
  expect(await window.supervisor.adopt()).toBe(false);
  expect(addresses(at)).toEqual([]);
  expect(window.supervisor.state).toBe("off");
});

test("who does not know the token is not let in, however it speaks", async () => {
  const { place: at, endless } = place();
  const window = openWindow(at, { settings: { whenWindowCloses: "continue" } });
  await window.supervisor.start({ type: "experiment", file: endless }, at.file(".ptune/runs"));
  await window.until(({ step }) => step !== null);
  const [file] = addresses(at);
  const { address } = JSON.parse(readFileSync(at.file(`state/background/${file}`), "utf8")) as BackgroundAddress;
  const say = (text: string): Promise<string> =>
    new Promise((resolve) => {
      const socket = net.connect(address, () => socket.write(text));
      socket.once("data", (data) => (resolve(data.toString()), socket.destroy()));
      socket.on("close", () => resolve(""));
      socket.on("error", () => resolve(""));
    });
  const hello = { type: "call", id: 1, name: "hello", params: { protocol: 1, host: { pid: 1, started: null }, settings: { runsAtOnce: 1, whenWindowCloses: "stop", stateFolder: at.folder } } };
  expect(await say(`${JSON.stringify(hello)}\n`)).toContain("does not know this window");
  expect(await say(`${JSON.stringify({ type: "call", id: 2, name: "jobs/list", params: {} })}\n`)).toContain("is not known here");
  expect(await say("no JSON\n")).toBe("");
  const [{ job, state }] = window.supervisor.jobs;
  expect(state).toBe("running");
  await window.supervisor.call("jobs/stop", { job });
  await window.until((status) => status.state === "finished");
});
