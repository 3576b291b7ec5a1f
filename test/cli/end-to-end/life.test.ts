import { readFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { runEventSchema } from "../../../src/runs/events.js";
import { type Ended, withBuiltPtune, workspace } from "./ptune.js";

/** What happens to a run whose process is stopped or killed. */

withBuiltPtune();
const here = workspace();
const steps = 240;

beforeAll(() => {
  here.writeExperiment(({ training, evaluation }) => {
    training.steps = steps;
    training.checkpointEvery = 20;
    evaluation.every = 80;
    evaluation.baselines = ["majority"];
  });
});

const start = (folder: string) => here.start(["run", "tiny.ptune.json", "--json", "--runs", folder]);
const resume = (folder: string, run: string) => here.run(["resume", run, "--json", "--runs", folder]);
const result = (ended: Ended) => ended.json().at(-1)!;
const weights = (ended: Ended): Buffer => readFileSync(path.join(result(ended).adapter, "adapter_model.safetensors"));
/** Step → loss. */
const losses = (...ended: Ended[]): Map<number, number> => new Map(ended.flatMap((each) => each.json()).filter(({ type }) => type === "step").map(({ step, loss }) => [step, loss]));

let whole: Promise<Ended>;
const uninterrupted = (): Promise<Ended> => (whole ??= start("whole").ended);

/** Runs until a step, does something to the process, and waits for its end. */
async function interrupt(folder: string, step: number, how: (kill: (signal: NodeJS.Signals) => void, until: (text: string) => Promise<void>) => Promise<void>): Promise<Ended> {
  const { process: child, until, ended } = start(folder);
  await until(`"step":${step},`);
  await how((signal) => child.kill(signal), until);
  return ended;
}

describe("a run", () => {
  it.each(["SIGINT", "SIGTERM"] as const)("that is stopped by %s leaves a checkpoint, ends with 130, and goes on to the same result", async (signal) => {
    const folder = `stopped-${signal}`;
    const stopped = await interrupt(folder, 50, async (kill) => kill(signal));
    expect([stopped.code, stopped.signal]).toEqual([130, null]);
    expect(stopped.stderr).toContain("Stopping after this step; a checkpoint will be left. Press Ctrl-C again to end at once.");
    expect(result(stopped)).toMatchObject({ type: "result", status: "stopped", test: null });
    const reached = Math.max(...losses(stopped).keys());
    expect(reached).toBeLessThan(steps);

    const [listed] = (await here.run(["runs", "--json", "--runs", folder])).json();
    expect(listed).toMatchObject({ state: "stopped", step: reached, interrupted: false });
    const resumed = await resume(folder, listed.id);
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(resumed.json().find(({ type }) => type === "resume")).toEqual({ type: "resume", step: reached });
    for (const event of resumed.json()) runEventSchema.parse(event);
    const full = await uninterrupted();
    expect(losses(stopped, resumed)).toEqual(losses(full));
    expect(weights(resumed)).toEqual(weights(full));
    expect(result(resumed).test).toEqual(result(full).test);
  });

  it("that is killed goes on from its last checkpoint to the very result of one that was not", async () => {
    const full = await uninterrupted();
    expect(full.code, full.stderr).toBe(0);
    for (const [at, step] of [7, 33, 121, 200].entries()) {
      const folder = `killed-${at}`;
      const killed = await interrupt(folder, step, async (kill) => kill("SIGKILL"));
      expect(killed.signal).toBe("SIGKILL");
      const [listed] = (await here.run(["runs", "--json", "--runs", folder])).json();
      expect(listed).toMatchObject({ state: "running", interrupted: true, active: false });
      const resumed = await resume(folder, listed.name);
      expect(resumed.code, resumed.stderr).toBe(0);
      const from = resumed.json().find(({ type }) => type === "resume")!.step;
      expect(from % 20).toBe(0);
      expect(from).toBeLessThanOrEqual(listed.step);
      expect(losses(resumed)).toEqual(new Map([...losses(full)].filter(([each]) => each > from)));
      expect(weights(resumed)).toEqual(weights(full));
      expect(result(resumed).test).toEqual(result(full).test);
    }
  });

  it("ends at once with 130 at the second Ctrl-C", async () => {
    // The second one comes while the first is being obeyed, or later: 130 either way.
    const { process: child, until, ended } = here.start(["run", "tiny.ptune.json", "--runs", "twice"], {});
    await until("Training ...");
    child.kill("SIGINT");
    child.kill("SIGINT");
    const { code, stderr } = await ended;
    expect(code).toBe(130);
    expect(stderr).not.toMatch(/\bat .*\.js/);
    const [listed] = (await here.run(["runs", "--json", "--runs", "twice"])).json();
    expect((await resume("twice", listed.id)).code).toBe(0);
  });

  it("whose reader goes away stops as with Ctrl-C, and can go on", async () => {
    const { process: child, until, ended } = start("closed");
    await until('"step":40,');
    child.stdout!.destroy();
    const { code, stderr } = await ended;
    expect([code, stderr.includes("bug")]).toEqual([130, false]);
    const [listed] = (await here.run(["runs", "--json", "--runs", "closed"])).json();
    expect(listed.state).toBe("stopped");
    expect((await resume("closed", listed.id)).code).toBe(0);
  });

  it("that is finished cannot be resumed, and another name is not found", async () => {
    const full = await uninterrupted();
    const finished = await resume("whole", path.basename(result(full).run));
    expect([finished.code, result(finished).kind]).toEqual([1, "run"]);
    expect(finished.stderr).toMatch(/is finished; there is nothing to resume\./);
    const unknown = await resume("whole", "nothing");
    expect([unknown.code, result(unknown)]).toEqual([1, expect.objectContaining({ type: "error", kind: "run", exitCode: 1 })]);
    expect(unknown.stderr).toContain('There is no run "nothing".');
  });

  it("belongs to one process: another one is refused, and the first goes on", async () => {
    const { process: child, until, ended } = start("busy");
    await until('"step":10,');
    child.kill("SIGSTOP"); // Alive, but it cannot finish before the others have tried.
    const [listed] = (await here.run(["runs", "--json", "--runs", "busy"])).json();
    expect(listed).toMatchObject({ state: "running", active: true });
    const refused = await resume("busy", listed.id);
    child.kill("SIGCONT");
    expect([refused.code, result(refused).kind]).toEqual([1, "busy"]);
    expect(refused.stderr).toMatch(/another process/i);
    expect((await ended).code).toBe(0);
    expect(losses(await ended)).toEqual(losses(await uninterrupted()));
  });
});
