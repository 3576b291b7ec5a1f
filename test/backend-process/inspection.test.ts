import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeSafetensors } from "../../src/adapter/safetensors.js";
import { openBackbone } from "../../src/backbone/open-backbone.js";
import { resolveModelSource } from "../../src/backbone/sources/resolve.js";
import { evaluateRun } from "../../src/backend/evaluate-run.js";
import { inspectRun } from "../../src/backend/inspect-run.js";
import { resumeRun } from "../../src/backend/resume-run.js";
import { runExperiment } from "../../src/backend/run-experiment.js";
import { registerInspection } from "../../src/backend-process/handlers/inspection.js";
import { borrowBackbone, openBackbones } from "../../src/backend-process/open-backbones.js";
import type { BorrowBackbone } from "../../src/backend/inspector/options.js";
import { loadExperiment } from "../../src/experiment/load-experiment.js";
import { vocabularyFigures } from "../../src/inspection/vocabulary.js";
import type { RunEvent } from "../../src/runs/events.js";
import { RunFolder } from "../../src/runs/run-folder.js";
import { Trajectory } from "../../src/runs/trajectory.js";
import { backendPeer } from "../backend/playground/backend-peer.js";
import { generation, spam, TinyRuns, tinyModel } from "../backend/playground/tiny-runs.js";

let here: TinyRuns;
let run: string, saying: string, imported: string;
let backend: ReturnType<typeof backendPeer>;
let borrowed = 0;
const counting: BorrowBackbone = async (...given) => {
  const lent = await borrowBackbone(...given);
  borrowed++;
  return { ...lent, release: async () => (borrowed--, lent.release()) };
};

beforeAll(async () => {
  here = new TinyRuns();
  run = await here.train(spam());
  saying = await here.train(generation());
  imported = path.join(here.folder, "elsewhere");
  mkdirSync(imported);
  for (const name of ["adapter_config.json", "adapter_model.safetensors"]) cpSync(path.join(run, "adapter", name), path.join(imported, name));
  backend = backendPeer(here.cache, (context) => registerInspection(context, counting));
}, 60_000);
afterAll(async () => {
  await openBackbones.dispose();
  backend.close();
  here.dispose();
});

describe("looking into a learned prompt", () => {
  it("tells the nearest tokens that ptune inspect tells, and the vocabulary's norms", async () => {
    const found = await backend.host.call("inspection/neighbours", { path: run });
    const expected = await inspectRun(run, { runsRoot: here.runsRoot, cache: here.cache });
    expect(found.backbone).toEqual({ name: "tiny", same: true });
    expect(found.tokens).toEqual(expected.virtualTokens.map(({ cosine, dot, l2 }) => ({ cosine, dot, l2 })));
    expect(found.tokens[0].cosine).toHaveLength(10);
    expect(found.vocabulary.norms).toEqual(expected.vocabularyNorms);
    const { counts, from, to } = found.vocabulary.histogram;
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(expected.vocabularyNorms.count);
    expect([from, to]).toEqual([expected.vocabularyNorms.minimum, expected.vocabularyNorms.maximum]);
  });

  it("is the same through the run's folder, its adapter's and the adapter's file", async () => {
    const [a, b, c] = await Promise.all([run, path.join(run, "adapter"), path.join(run, "adapter", "adapter_model.safetensors")].map((place) => backend.host.call("inspection/neighbours", { path: place, k: 2 })));
    expect(b).toEqual(a);
    expect(c).toEqual(a);
  });

  it("shows the way from the first step, with the kept prompt marked", async () => {
    const told: number[] = [];
    const timeline = await backend.host.call("inspection/timeline", { path: run, k: 3 }, { onProgress: ({ done }) => told.push(done) });
    expect(timeline).toMatchObject({ source: "trajectory", damaged: 0 });
    expect(timeline.steps.map(({ step }) => step)).toEqual([0, 5, 10, 15, 20]);
    expect(told.filter((done) => Number.isInteger(done)).slice(-5)).toEqual([1, 2, 3, 4, 5]);
    expect(timeline.steps[0].moved).toEqual([0, 0, 0, 0]);
    expect(Math.min(...timeline.steps[4].moved)).toBeGreaterThan(0);
    const names = new Map(timeline.tokens);
    const now = await backend.host.call("inspection/neighbours", { path: run, k: 3 });
    const learned = timeline.steps[timeline.learned!];
    for (const metric of ["cosine", "dot", "l2"] as const) {
      learned.nearest[metric].ids.forEach((ids, index) => {
        expect(ids).toEqual(now.tokens[index][metric].map(({ id }) => id));
        expect(learned.nearest[metric].values[index]).toEqual(now.tokens[index][metric].map((near) => near[metric]));
        for (const id of ids) expect(names.get(id)).toBe(now.tokens.flatMap((lists) => lists[metric]).find((near) => near.id === id)?.token);
      });
    }
  });

  it("of a run before there were trajectories shows the checkpoints that are left", async () => {
    const old = path.join(here.runsRoot, "old-20250101-000000-abcdef");
    cpSync(run, old, { recursive: true });
    rmSync(path.join(old, "trajectory"), { recursive: true });
    const timeline = await backend.host.call("inspection/timeline", { path: old });
    expect(timeline).toMatchObject({ source: "checkpoints", steps: [{ step: 15 }, { step: 20 }] });
    rmSync(path.join(old, "checkpoints"), { recursive: true });
    expect(await backend.host.call("inspection/timeline", { path: old })).toMatchObject({ source: "none", steps: [], learned: null });
  });

  it("leaves damaged snapshots out and says how many", async () => {
    const copy = path.join(here.runsRoot, "copy-20250101-000000-abcdea");
    cpSync(run, copy, { recursive: true });
    const trajectory = new Trajectory(new RunFolder(copy));
    writeFileSync(path.join(trajectory.folder, "step-000010.npy"), "broken");
    trajectory.record(20, new Float32Array(64), 32);
    const timeline = await backend.host.call("inspection/timeline", { path: copy });
    expect(timeline.damaged).toBe(2);
    expect(timeline.steps.map(({ step }) => step)).toEqual([0, 5, 15]);
  });

  it("places prompt, neighbours and trajectory in a plane", async () => {
    const pca = await backend.host.call("inspection/map", { path: run, projection: "pca", k: 2, trajectory: true });
    expect(pca).toMatchObject({ projection: "pca", steps: [0, 5, 10, 15, 20] });
    expect(pca.virtualTokens).toHaveLength(4);
    expect(pca.neighbours).toHaveLength(pca.tokens.length);
    expect(pca.tokens.flatMap(({ of }) => of).sort()).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
    expect(pca.explained![0]).toBeGreaterThan(pca.explained![1]);
    // The learned prompt is where its own step is.
    const learned = (await backend.host.call("inspection/timeline", { path: run, k: 1 })).learned!;
    pca.trajectory[learned].forEach((place, index) => place.forEach((value, axis) => expect(value).toBeCloseTo(pca.virtualTokens[index][axis], 6)));

    const directions = await backend.host.call("inspection/map", { path: run, projection: "pca", scaling: "directions" });
    for (const [x, y] of directions.virtualTokens) expect(Math.hypot(x, y)).toBeLessThanOrEqual(2);
    const umap = await backend.host.call("inspection/map", { path: run, projection: "umap", k: 5, trajectory: true });
    expect(umap.explained).toBeNull();
    expect(umap.trajectory).toHaveLength(5);
    expect(await backend.host.call("inspection/map", { path: run, projection: "umap", k: 5, trajectory: true })).toEqual(umap);
  });

  it("leaves each virtual token out: the figures are those of a prompt with the vocabulary's mean in its place", async () => {
    const tokens: number[] = [];
    const importance = await backend.host.call("inspection/importance", { path: run, rows: 64 }, { onProgress: ({ token }) => token && tokens.push(token.index) });
    expect(tokens).toEqual([0, 1, 2, 3]);
    expect(importance).toMatchObject({ split: "test", rows: 12, of: 12 });
    const whole = (await evaluateRun(run, { runsRoot: here.runsRoot, cache: here.cache })).evaluation.measures;
    expect(importance.loss).toBeCloseTo(whole.loss!, 5);
    expect(importance.accuracy).toBe(whole.accuracy);

    // The same by hand: an adapter whose second vector is the mean.
    const files = await resolveModelSource({ path: tinyModel }, here.folder).fetch();
    const { embeddings } = await openBackbone(files, { cache: here.cache });
    const changed = path.join(here.runsRoot, "changed-20250101-000000-abcdeb");
    cpSync(run, changed, { recursive: true });
    const file = path.join(changed, "adapter", "adapter_model.safetensors");
    const bytes = readFileSync(file);
    const start = bytes.length - 4 * 32 * 4;
    vocabularyFigures(embeddings).mean.forEach((value, j) => bytes.writeFloatLE(value, start + (32 + j) * 4));
    writeFileSync(file, bytes);
    const without = (await evaluateRun(changed, { runsRoot: here.runsRoot, cache: here.cache })).evaluation.measures;
    expect(importance.tokens[1].lossChange).toBeCloseTo(without.loss! - whole.loss!, 5);
    expect(importance.tokens[1].accuracyChange).toBeCloseTo(without.accuracy! - whole.accuracy!, 12);
    expect(Math.abs(importance.tokens[1].lossChange)).toBeGreaterThan(1e-4);
  });

  it("measures the importance to a generation by its loss, on fewer rows where asked", async () => {
    const importance = await backend.host.call("inspection/importance", { path: saying, rows: 2 });
    expect(importance).toMatchObject({ split: "validation", rows: Math.min(2, importance.of), accuracy: null });
    for (const token of importance.tokens) expect(token).toMatchObject({ accuracyChange: null, changedAnswers: null });
    const whole = (await evaluateRun(saying, { runsRoot: here.runsRoot, cache: here.cache })).evaluation.measures;
    if (importance.rows === importance.of) expect(importance.loss).toBeCloseTo(whole.loss!, 4);
  });

  it("measures the faithfulness that the run itself measured", async () => {
    const found = await backend.host.call("inspection/faithfulness", { path: run });
    const kept = JSON.parse(readFileSync(path.join(run, "inspection.json"), "utf8")).faithfulness;
    expect(found).toEqual({ ...kept, learned: { ...kept.learned, loss: expect.closeTo(kept.learned.loss, 5) }, hardened: { ...kept.hardened, loss: expect.closeTo(kept.hardened.loss, 5) } });
    expect(found.caution).toContain("Khashabi");
  });

  it("looks into the best checkpoint of a run that was stopped", async () => {
    const stop = new AbortController();
    const afterThree = (controller: AbortController) => {
      let checkpoints = 0;
      return (event: RunEvent) => event.type === "checkpoint" && ++checkpoints === 3 && controller.abort();
    };
    const file = here.write("long.ptune.json", JSON.stringify({ ...spam(), training: { ...spam().training, steps: 20_000 } }));
    const options = { runsRoot: here.runsRoot, cache: here.cache };
    const { run: folder } = await runExperiment(await loadExperiment(file), { ...options, signal: stop.signal, emit: afterThree(stop) });
    expect((await backend.host.call("inspection/neighbours", { path: folder, k: 1 })).tokens).toHaveLength(4);
    const before = new Trajectory(new RunFolder(folder)).steps();
    expect(before.length).toBeGreaterThanOrEqual(4);
    const again = new AbortController();
    await resumeRun(folder, { ...options, signal: again.signal, emit: afterThree(again) });
    const after = new Trajectory(new RunFolder(folder)).steps();
    expect(after.slice(0, before.length)).toEqual(before);
    expect(after.length).toBeGreaterThan(before.length);
  });
});

describe("a prompt made elsewhere", () => {
  it("asks for its backbone, and is refused beside one of another width", async () => {
    await expect(backend.host.call("inspection/neighbours", { path: imported })).rejects.toMatchObject({ kind: "usage", advice: "Choose the backbone." });
    const wide = here.write("wide.safetensors", encodeSafetensors({ prompt_embeddings: { shape: [2, 33], values: new Float32Array(66).fill(0.1) } }));
    cpSync(path.join(run, "adapter", "tuning.json"), path.join(imported, "tuning.json"));
    expect((await backend.host.call("inspection/neighbours", { path: imported, k: 1 })).backbone).toEqual({ name: "tiny", same: true });
    rmSync(path.join(imported, "tuning.json"));
    await expect(backend.host.call("inspection/neighbours", { path: wide })).rejects.toMatchObject({ kind: "usage" });
  });

  it("has no rows to be measured on", async () => {
    cpSync(path.join(run, "adapter", "tuning.json"), path.join(imported, "tuning.json"));
    for (const call of ["inspection/importance", "inspection/faithfulness"] as const) await expect(backend.host.call(call, { path: imported })).rejects.toMatchObject({ kind: "usage", reason: expect.stringContaining("imported") });
    expect(await backend.host.call("inspection/timeline", { path: imported })).toMatchObject({ source: "none" });
    rmSync(path.join(imported, "tuning.json"));
  });
});

describe("what cannot be looked into", () => {
  it("is told as a typed error, and the backbone is given back", async () => {
    const nothing = here.write("nothing.safetensors", new Uint8Array(4));
    await expect(backend.host.call("inspection/neighbours", { path: nothing })).rejects.toMatchObject({ kind: "model" });
    await expect(backend.host.call("inspection/neighbours", { path: path.join(here.folder, "nowhere") })).rejects.toMatchObject({ kind: "model" });
    const lora = path.join(import.meta.dirname, "../adapter/reference/tiny/lora");
    await expect(backend.host.call("inspection/neighbours", { path: lora })).rejects.toMatchObject({ kind: "model", message: expect.stringContaining("LORA") });
    expect(borrowed).toBe(0);
  });

  it("stops when the page goes away", async () => {
    for (const [call, params] of [["inspection/importance", { path: run }], ["inspection/timeline", { path: run }], ["inspection/map", { path: run, projection: "umap" }]] as const) {
      const controller = new AbortController();
      const work = backend.host.call(call, params, { signal: controller.signal });
      setTimeout(() => controller.abort(), 1);
      await expect(work).rejects.toMatchObject({ kind: "stopped" });
    }
    await expect.poll(() => borrowed).toBe(0);
  });
});
