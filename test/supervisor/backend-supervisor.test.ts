import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { PromptTuningError } from "../../src/common/errors.js";
import type { BackendSettings } from "../../src/protocol/backend/lifecycle.js";
import { BackendSupervisor, type SupervisorOptions, type SupervisorState } from "../../src/supervisor/backend-supervisor.js";
import { healthyMilliseconds, missedHeartbeats, restartMilliseconds, shutdownMilliseconds, startMilliseconds, terminateMilliseconds } from "../../src/supervisor/time-outs.js";
import { FakeChild, statusOf } from "./fake-child.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);

function supervised({ attach, settings = {}, next = () => new FakeChild() }: { attach?: SupervisorOptions["attach"]; settings?: Partial<BackendSettings>; next?: () => FakeChild } = {}) {
  const children: FakeChild[] = [];
  const states: SupervisorState[] = [];
  const log: string[] = [];
  const supervisor = new BackendSupervisor({
    fork: () => {
      const child = next();
      children.push(child);
      return child;
    },
    attach,
    settings: () => ({ runsAtOnce: 1, whenWindowCloses: "stop", stateFolder: "state", ...settings }),
    log: (_, text) => log.push(text),
    onState: (state) => states.push(state),
    onJob: () => undefined,
  });
  return { supervisor, children, states, log };
}

test("nothing is forked before the first call; calls at the same time share one process", async () => {
  const { supervisor, children, states } = supervised();
  await pass(100_000);
  expect({ children: children.length, state: supervisor.state }).toEqual({ children: 0, state: "off" });
  const calls = Promise.all([supervisor.call("jobs/list", {}), supervisor.call("jobs/list", {})]);
  expect(supervisor.state).toBe("starting");
  await pass(50);
  expect(await calls).toEqual([[], []]);
  expect(children.length).toBe(1);
  expect(supervisor.pid).toBe(children[0].pid);
  expect(states).toEqual(["starting", "ready"]);
});

test("it is restarted three times, after 1, 2 and 4 seconds, and then not any more; a person can restart it", async () => {
  const { supervisor, children, states, log } = supervised();
  const first = supervisor.call("jobs/list", {});
  await pass(50);
  await first;
  for (const [i, pause] of restartMilliseconds.entries()) {
    children[i].exit(null, "SIGKILL");
    expect(supervisor.state).toBe("restarting");
    await pass(pause - 10);
    expect(children.length).toBe(i + 1);
    await pass(60);
    expect({ count: children.length, state: supervisor.state }).toEqual({ count: i + 2, state: "ready" });
  }
  children[3].exit(3, null, "Error: something broke\n");
  expect(supervisor.state).toBe("failed");
  await pass(100_000);
  expect(children.length).toBe(4);
  await expect(supervisor.call("jobs/list", {})).rejects.toMatchObject({ kind: "backend", reason: "It ended with exit code 3: Error: something broke.", advice: expect.stringContaining("Restart Training Process") });
  expect(log.join()).toContain("something broke");
  void supervisor.restart();
  await pass(50);
  expect(supervisor.state).toBe("ready");
  expect(states.slice(-3)).toEqual(["failed", "restarting", "ready"]);
  expect(supervisor.reason).toBeUndefined();
});

test("after a minute of health it may be restarted three times again", async () => {
  const { supervisor, children } = supervised();
  void supervisor.call("jobs/list", {});
  for (let i = 0; i < 8; i++) {
    await pass(healthyMilliseconds + 5000);
    expect(supervisor.state).toBe("ready");
    children[i].exit(1, null);
  }
  await pass(restartMilliseconds[0] + 50);
  expect(supervisor.state).toBe("ready");
});

test("a call waits while it is restarted, can be cancelled meanwhile, and is refused when it has failed", async () => {
  let refuses = false;
  const { supervisor, children } = supervised({ next: () => new FakeChild({ hello: () => { if (refuses) throw new PromptTuningError("backend", "onnxruntime cannot be loaded."); } }) });
  void supervisor.call("jobs/list", {});
  await pass(50);
  children[0].exit(null, "SIGABRT");
  const waiting = supervisor.call("jobs/list", {});
  const cancel = new AbortController();
  const cancelled = supervisor.call("jobs/list", {}, { signal: cancel.signal });
  cancel.abort();
  await expect(cancelled).rejects.toMatchObject({ kind: "stopped" });
  await pass(1100);
  expect(await waiting).toEqual([]);
  children[1].exit(null, "SIGABRT");
  refuses = true;
  const refused = expect(supervisor.call("jobs/list", {})).rejects.toMatchObject({ message: "onnxruntime cannot be loaded." });
  await pass(2100);
  await refused;
  // The same answer would come again: it is not asked three times.
  expect({ state: supervisor.state, children: children.length }).toEqual({ state: "failed", children: 3 });
  expect(children[2].killed).toEqual(["SIGKILL"]);
});

test("three missed heartbeats are a hang: SIGTERM, then SIGKILL, then a new process; two are not", async () => {
  const { supervisor, children, log } = supervised();
  void supervisor.call("jobs/list", {});
  await pass(10_000);
  children[0].hang();
  await pass(2500);
  children[0].beat();
  await pass(10_000);
  expect(supervisor.state).toBe("ready");
  children[0].ignoresSigterm = true;
  children[0].hang();
  await pass((missedHeartbeats + 1) * 1050 + 1000);
  expect(supervisor.state).toBe("restarting");
  expect(children[0].killed).toEqual(["SIGTERM"]);
  await pass(terminateMilliseconds);
  expect(children[0].killed).toEqual(["SIGTERM", "SIGKILL"]);
  await pass(1100);
  expect(supervisor.state).toBe("ready");
  expect(children.length).toBe(2);
  expect(log.join()).toContain("gave no sign of life");
});

test("a process that does not answer hello is ended and started again", async () => {
  let hangs = true;
  const { supervisor, children, log } = supervised({ next: () => new FakeChild({ hello: () => (hangs ? new Promise(() => {}) : undefined) }) });
  const call = supervisor.call("jobs/list", {});
  await pass(startMilliseconds + 10);
  expect(children[0].killed).toEqual(["SIGTERM"]);
  hangs = false;
  await pass(1100);
  expect(await call).toEqual([]);
  expect(log.join()).toContain("did not answer when it was started");
});

test("a line that breaks while the process lives ends the process", async () => {
  const { supervisor, children } = supervised();
  void supervisor.call("jobs/list", {});
  await pass(50);
  children[0].breakLine();
  await pass(600);
  expect(children[0].killed).toEqual(["SIGTERM"]);
  await pass(1100);
  expect(supervisor.state).toBe("ready");
});

test("jobs of a process that ended: the running one has failed with a way on, the queued one is asked for again", async () => {
  const { supervisor, children } = supervised();
  const start = supervisor.start({ type: "experiment", file: "a.ptune.json" }, "runs");
  const second = supervisor.start({ type: "experiment", file: "b.ptune.json" }, "runs");
  await pass(50);
  const [running, queued] = await Promise.all([start, second]);
  children[0].peer.notify("job", { ...running, state: "running", run: "runs/a" });
  await pass(10);
  children[0].exit(null, null, "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory");
  await vi.waitFor(() => expect(supervisor.jobs[0].state).toBe("finished"));
  expect(supervisor.jobs[0]).toMatchObject({ state: "finished", run: "runs/a", outcome: { status: "failed", error: { reason: "It ran out of memory.", advice: expect.stringContaining("can be resumed") } } });
  expect(supervisor.jobs[1].state).toBe("queued");
  await pass(1100);
  expect(children[1].asked).toEqual([queued.job]);
  // What the first process says late changes nothing.
  children[0].peer.notify("job", { ...running, state: "running" });
  await pass(10);
  expect(supervisor.jobs[0].state).toBe("finished");
});

test("what is queued when it fails for good is told, not kept waiting", async () => {
  const { supervisor, children } = supervised();
  const start = supervisor.start({ type: "experiment", file: "a.ptune.json" }, "runs");
  await pass(50);
  await start;
  for (let i = 0; i < 4; i++) {
    children[i].exit(1, null);
    await pass(5000);
  }
  expect(supervisor.state).toBe("failed");
  expect(supervisor.jobs[0]).toMatchObject({ state: "finished", outcome: { status: "failed", error: { message: expect.stringContaining("not begun") } } });
});

test("closing the window: shut down in order, killed where that takes too long, let go where runs are to go on", async () => {
  const one = supervised();
  void one.supervisor.call("jobs/list", {});
  await pass(50);
  const closed = one.supervisor.dispose();
  await pass(50);
  await closed;
  expect(one.children[0].killed).toEqual([]);
  expect(one.supervisor.state).toBe("off");
  await pass(100_000);
  expect(one.children.length).toBe(1);
  await expect(one.supervisor.call("jobs/list", {})).rejects.toMatchObject({ kind: "backend" });

  const slow = supervised();
  void slow.supervisor.call("jobs/list", {});
  await pass(50);
  slow.children[0].peer.handle("shutdown", () => new Promise(() => {}));
  const late = slow.supervisor.dispose();
  await pass(shutdownMilliseconds + 50);
  await late;
  expect(slow.children[0].killed).toEqual(["SIGKILL"]);

  const goesOn = supervised({ settings: { whenWindowCloses: "continue" } });
  void goesOn.supervisor.start({ type: "experiment", file: "a.ptune.json" }, "runs");
  await pass(50);
  await goesOn.supervisor.dispose();
  expect({ killed: goesOn.children[0].killed, released: goesOn.children[0].released }).toEqual({ killed: [], released: true });

  const idle = supervised({ settings: { whenWindowCloses: "continue" } });
  void idle.supervisor.call("jobs/list", {});
  await pass(50);
  const ended = idle.supervisor.dispose();
  await pass(50);
  await ended;
  expect(idle.children[0].released).toBe(false);
});

test("closing the window while the process starts or waits for its restart leaves nothing behind", async () => {
  const { supervisor, children } = supervised();
  const call = expect(supervisor.call("jobs/list", {})).rejects.toMatchObject({ kind: "backend" });
  const closed = supervisor.dispose();
  await pass(10_000);
  await closed;
  await call;
  expect(children.every(({ killed }) => killed.length > 0 || children.length === 0)).toBe(true);
  const other = supervised();
  void other.supervisor.call("jobs/list", {});
  await pass(50);
  other.children[0].exit(1, null);
  await other.supervisor.dispose();
  await pass(100_000);
  expect(other.children.length).toBe(1);
});

test("a process of an earlier window is joined with its jobs; where it is taken, a process is forked when one is needed", async () => {
  const background = new FakeChild({ jobs: [statusOf({ job: "old", state: "running", run: "runs/old" })] });
  const joined = supervised({ attach: async () => background });
  const adopted = joined.supervisor.adopt();
  await pass(50);
  expect(await adopted).toBe(true);
  expect(joined.supervisor.jobs).toMatchObject([{ job: "old", run: "runs/old" }]);
  expect({ pid: joined.supervisor.pid, forked: joined.children.length }).toEqual({ pid: background.pid, forked: 0 });

  const taken = supervised({ attach: async () => new FakeChild({ hello: () => { throw new PromptTuningError("busy", "Another window follows the runs."); } }) });
  const refused = taken.supervisor.adopt();
  await pass(50);
  expect(await refused).toBe(false);
  expect({ state: taken.supervisor.state, forked: taken.children.length }).toEqual({ state: "off", forked: 0 });
  const call = taken.supervisor.call("jobs/list", {});
  await pass(5000);
  expect(await call).toEqual([]);
  expect(taken.children.length).toBe(1);
});
