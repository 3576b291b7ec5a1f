import { readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { recordTrajectory } from "../../src/backend/record-trajectory.js";
import type { RunEvent } from "../../src/runs/events.js";
import { RunFolder } from "../../src/runs/run-folder.js";
import { mostSnapshots, snapshotName, Trajectory } from "../../src/runs/trajectory.js";
import { failingFileSystem, temporaryFolder } from "./support.js";

const promptAt = (step: number) => Float32Array.from({ length: 6 }, (_, i) => Math.fround(Math.sin(step * 10 + i)));

describe("a prompt's trajectory", () => {
  it("keeps every bit, as numpy reads it", () => {
    const trajectory = new Trajectory(new RunFolder(temporaryFolder()));
    const odd = Float32Array.of(-0, 1e-45, 3.4e38, 0.1, -1, 2);
    trajectory.record(25, odd, 3);
    const read = trajectory.read(25);
    expect(read).toMatchObject({ step: 25, virtualTokens: 2, width: 3 });
    expect(Buffer.from(read.prompt.buffer)).toEqual(Buffer.from(odd.buffer));
    expect(readFileSync(path.join(trajectory.folder, "step-000025.npy")).subarray(0, 6).toString("latin1")).toBe("\x93NUMPY");
    expect(readdirSync(trajectory.folder)).toEqual(["step-000025.npy"]);
  });

  it("has no steps where a run kept none", () => {
    expect(new Trajectory(new RunFolder(temporaryFolder())).steps()).toEqual([]);
  });

  it("keeps at most 64: every second one goes, the first and the last stay", () => {
    const trajectory = new Trajectory(new RunFolder(temporaryFolder()));
    for (let step = 0; step < 64; step++) trajectory.record(step, promptAt(step), 3);
    expect(trajectory.steps()).toHaveLength(mostSnapshots);
    trajectory.record(64, promptAt(64), 3);
    expect(trajectory.steps()).toEqual(Array.from({ length: 33 }, (_, i) => 2 * i));
    for (let step = 65; step <= 400; step++) trajectory.record(step, promptAt(step), 3);
    const steps = trajectory.steps();
    expect(steps.length).toBeLessThanOrEqual(mostSnapshots);
    expect([steps[0], steps.at(-1)]).toEqual([0, 400]);
    for (const step of steps) expect(trajectory.read(step).prompt).toEqual(promptAt(step));
  });

  it("is, whatever was recorded and resumed, ascending, within its limit, and ends with the last snapshot", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(300), { minLength: 1, maxLength: 40 }), fc.integer({ min: 2, max: 9 }), (steps, most) => {
        const trajectory = new Trajectory(new RunFolder(temporaryFolder()), { most });
        for (const step of steps) {
          trajectory.record(step, promptAt(step), 3);
          const kept = trajectory.steps();
          expect(kept.at(-1)).toBe(step);
          expect(kept.length).toBeLessThanOrEqual(most);
          expect(kept).toEqual([...new Set(kept)].sort((a, b) => a - b));
        }
      }),
      { numRuns: 25 },
    );
  });

  it("forgets what came after the step a run goes on from", () => {
    const trajectory = new Trajectory(new RunFolder(temporaryFolder()));
    for (const step of [0, 25, 50, 75]) trajectory.record(step, promptAt(step), 3);
    trajectory.dropAfter(50);
    expect(trajectory.steps()).toEqual([0, 25, 50]);
    trajectory.record(30, promptAt(30), 3);
    expect(trajectory.steps()).toEqual([0, 25, 30]);
  });

  it("tells a damaged snapshot by its step and reads the others", () => {
    const trajectory = new Trajectory(new RunFolder(temporaryFolder()));
    for (const step of [0, 25, 50, 75]) trajectory.record(step, promptAt(step), 3);
    const file = (step: number) => path.join(trajectory.folder, snapshotName(step));
    truncateSync(file(25), 100);
    writeFileSync(file(50), "");
    const whole = readFileSync(file(75));
    whole.writeFloatLE(NaN, whole.length - 4);
    writeFileSync(file(75), whole);
    for (const step of [25, 50, 75]) expect(() => trajectory.read(step)).toThrow(expect.objectContaining({ kind: "model" }));
    expect(trajectory.read(0).prompt).toEqual(promptAt(0));
  });

  it("reads any bytes as a snapshot or refuses them", () => {
    const trajectory = new Trajectory(new RunFolder(temporaryFolder()));
    trajectory.record(1, promptAt(1), 3);
    const file = path.join(trajectory.folder, snapshotName(1));
    const whole = readFileSync(file);
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length), (at, byte, length) => {
        const changed = Buffer.from(whole.subarray(0, length));
        if (at < length) changed[at] = byte;
        writeFileSync(file, changed);
        try {
          expect(trajectory.read(1).prompt.every(Number.isFinite)).toBe(true);
        } catch (error) {
          expect(error).toMatchObject({ name: "PromptTuningError", kind: "model" });
        }
      }),
      { numRuns: 300 },
    );
  });

  it("that cannot be written costs a warning, once, and never the snapshots before", () => {
    for (let failing = 1; ; failing++) {
      const folder = new RunFolder(temporaryFolder());
      new Trajectory(folder).record(0, promptAt(0), 3);
      const fileSystem = failingFileSystem(failing, "ENOSPC");
      const told: RunEvent[] = [];
      const recorder = recordTrajectory(folder, 3, { emit: (event) => told.push(event) }, new Trajectory(folder, { fileSystem }));
      recorder.record(25, promptAt(25));
      recorder.record(50, promptAt(50));
      expect(new Trajectory(folder).read(0).prompt).toEqual(promptAt(0));
      if (fileSystem.failed === undefined) {
        expect(failing).toBeGreaterThan(10);
        expect(told).toEqual([]);
        break;
      }
      expect(told.length).toBeLessThanOrEqual(1);
      for (const event of told) expect(event).toMatchObject({ type: "message", level: "warning", code: "trajectory", text: expect.stringContaining("disk is full") });
    }
  });
});
