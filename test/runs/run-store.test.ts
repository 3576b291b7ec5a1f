import { appendFileSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { PromptTuningError } from "../../src/common/errors.js";
import type { RunEvent } from "../../src/runs/events.js";
import { nodeFileSystem } from "../../src/runs/file-system.js";
import { readJournal } from "../../src/runs/journal-reader.js";
import { HistoryBuilder } from "../../src/runs/run-history.js";
import { RunStore } from "../../src/runs/run-store.js";
import { RunWriter } from "../../src/runs/run-writer.js";
import { checkpointAt, environment, failingFileSystem, stepEvent, temporaryFolder } from "./support.js";

async function events(file: string): Promise<RunEvent[]> {
  const found: RunEvent[] = [];
  await readJournal(file, ({ event }) => found.push(event));
  return found;
}

async function caught(work: Promise<unknown> | (() => unknown)): Promise<PromptTuningError> {
  try {
    await (typeof work === "function" ? work() : work);
  } catch (error) {
    expect(error).toBeInstanceOf(PromptTuningError);
    return error as PromptTuningError;
  }
  return expect.fail("nothing was thrown");
}

test("a run is plain files and is found by path, name, id and unique beginning", async () => {
  const root = path.join(temporaryFolder(), "work space", ".ptune", "runs");
  const store = new RunStore(root, { now: () => new Date("2026-01-02T03:04:05Z") });
  expect(await store.list()).toEqual([]);
  const experiment = { name: "spam", training: { steps: 3 } };
  const first = store.create(experiment, environment);
  const second = store.create({ name: "spam" }, environment);
  expect(first.name).toMatch(/^spam-20260102-030405-[0-9a-f]{6}$/);
  expect(first.experimentName).toBe("spam");
  expect(readdirSync(first.path).sort()).toEqual(["checkpoints", "environment.json", "experiment.json", "journal.jsonl"]);
  expect(store.readExperiment(first)).toEqual(experiment);
  expect(store.readEnvironment(first)).toEqual(environment);
  for (const reference of [first.path, first.name, first.id, first.name.slice(0, -1)]) expect(store.open(reference).path).toBe(first.path);
  expect((await caught(() => store.open("spam"))).describe()).toContain("beginning of 2 runs");
  expect((await caught(() => store.open("nonsense"))).describe()).toContain(second.name);
  expect((await caught(() => store.open("../elsewhere"))).kind).toBe("run");
  expect((await caught(() => store.open("a\0b"))).kind).toBe("run");
  await store.remove(first.id);
  expect(readdirSync(root)).toEqual([second.name]);
});

test("a damaged run is listed as such and hides no other", async () => {
  const store = new RunStore(temporaryFolder());
  const good = store.create({ name: "good" }, environment);
  const writer = await RunWriter.open(good);
  writer.append({ type: "state", state: "running" });
  writer.append(stepEvent(1));
  writer.close();
  const damages: [breakIt: (folder: string) => void, said: string][] = [
    [(folder) => rmSync(path.join(folder, "journal.jsonl")), "journal.jsonl is missing."],
    [(folder) => rmSync(path.join(folder, "experiment.json")), "experiment.json is missing."],
    [(folder) => writeFileSync(path.join(folder, "experiment.json"), "{"), "experiment.json cannot be read."],
    [(folder) => writeFileSync(path.join(folder, "journal.jsonl"), `rubbish\n${readFileSync(good.journal, "utf8")}`), "journal.jsonl, line 1 (byte 0): the line has no checksum."],
    [(folder) => (rmSync(path.join(folder, "journal.jsonl")), mkdirSync(path.join(folder, "journal.jsonl"))), "journal.jsonl cannot be read."],
  ];
  for (const [breakIt] of damages) breakIt(store.create({ name: "broken" }, environment).path);
  writeFileSync(path.join(store.root, "a file.txt"), "not a run");
  mkdirSync(path.join(store.root, ".new-left-over"));
  const listed = await store.list();
  expect(listed).toHaveLength(1 + damages.length);
  expect(listed.flatMap(({ damage }) => damage).sort()).toEqual(damages.map(([, said]) => said).sort());
  expect(listed.find(({ folder }) => folder.name === good.name)).toMatchObject({ damage: [], active: false, interrupted: true, history: { state: "running", steps: [stepEvent(1)] } });
});

test("a writer holds the run: others are refused, and a run in use is not deleted", async () => {
  const store = new RunStore(temporaryFolder());
  const folder = store.create({ name: "held" }, environment);
  const writer = await RunWriter.open(folder);
  writer.append({ type: "state", state: "running" });
  expect((await store.list())[0]).toMatchObject({ active: true, interrupted: false });
  const error = await caught(RunWriter.open(folder));
  expect(error.kind).toBe("busy");
  expect(error.describe()).toContain(`Process ${process.pid} on `);
  expect((await caught(store.remove(folder.id))).kind).toBe("busy");
  writer.close();
  (await RunWriter.open(folder)).close();
});

test("a resumed run goes on from its last whole checkpoint, and the journal tells what was found", async () => {
  const store = new RunStore(temporaryFolder());
  const folder = store.create({ name: "resume" }, environment);
  const first = await RunWriter.open(folder);
  for (let step = 1; step <= 25; step++) {
    first.append(stepEvent(step));
    if (step % 10 === 0) first.saveCheckpoint(checkpointAt(step), { best: step === 10, shapes: { prompt: [4, 10] } });
  }
  first.close();
  appendFileSync(folder.journal, '{"sequence":99,"time":"20'); // Killed in the middle of a line.
  const newest = path.join(folder.checkpoints, "step-000020.safetensors");
  writeFileSync(newest, readFileSync(newest).subarray(0, -1));

  const second = await RunWriter.open(folder);
  const checkpoint = second.latestCheckpoint();
  expect(checkpoint).toEqual(checkpointAt(10));
  expect(second.bestCheckpoint()?.step).toBe(10);
  second.append({ type: "resume", step: checkpoint!.step });
  second.append(stepEvent(11));
  second.close();
  const read = await events(folder.journal);
  expect(read.filter((event) => event.type === "message").map(({ code }) => code)).toEqual(["journal-tail", "checkpoint-damaged"]);
  const history = new HistoryBuilder();
  for (const event of read) history.add(event);
  expect(history.build().steps.map((event) => event.step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  expect(history.build().lastCheckpoint?.step).toBeUndefined();
});

test("a lease lost to another process stops the writer before it writes a checkpoint", async () => {
  const store = new RunStore(temporaryFolder());
  const folder = store.create({ name: "lost" }, environment);
  const writer = await RunWriter.open(folder);
  renameSync(folder.lease, `${folder.lease}.away`);
  expect((await caught(() => writer.saveCheckpoint(checkpointAt(1)))).kind).toBe("busy");
  expect(readdirSync(folder.checkpoints)).toEqual([]);
  writer.close();
});

for (const code of ["ENOSPC", "EIO", "EACCES", "short"]) {
  test(`a whole run with ${code} at the n-th operation, for every n: it opens again and goes on`, async () => {
    let failures = 0;
    for (let n = 1; ; n++) {
      const root = temporaryFolder();
      const fileSystem = failingFileSystem(n, code);
      let saved = 0;
      let told = 0;
      let error: PromptTuningError | undefined;
      try {
        const folder = new RunStore(root, { fileSystem }).create({ name: "run" }, environment);
        const writer = await RunWriter.open(folder, { fileSystem });
        try {
          writer.append({ type: "state", state: "running" });
          for (let step = 1; step <= 4; step++) {
            writer.append(stepEvent(step));
            told = step;
            if (step % 2 === 0) {
              writer.saveCheckpoint(checkpointAt(step), { best: true });
              saved = step;
            }
          }
        } finally {
          writer.close();
        }
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(PromptTuningError);
        error = thrown as PromptTuningError;
        expect(error.kind).toBe("storage");
        expect(error.describe()).toContain(code === "short" ? "The disk is full (ENOSPC)" : `(${code})`);
        expect(error.advice).toBeTruthy();
        failures++;
      }
      // The disk is well again.
      const store = new RunStore(root);
      const listed = await store.list();
      for (const run of listed) {
        expect(run.damage).toEqual([]);
        expect(run.history.steps.length).toBeGreaterThanOrEqual(told);
        const writer = await RunWriter.open(run.folder);
        expect(writer.latestCheckpoint()?.step ?? 0).toBeGreaterThanOrEqual(saved);
        writer.append(stepEvent(5));
        writer.saveCheckpoint(checkpointAt(5));
        writer.close();
        expect((await store.list())[0].history.steps.at(-1)).toEqual(stepEvent(5));
      }
      if (listed.length === 0) expect(error).toBeDefined();
      if (fileSystem.failed === undefined) break;
    }
    expect(failures).toBeGreaterThan(50);
    console.log(`runs: ${failures} failures of the n-th operation with ${code}; every run opens and goes on`);
  });
}

test.skipIf(process.platform !== "linux")("a folder that cannot be made is an error with the cause, and never a hang", async () => {
  const store = new RunStore("/proc/ptune-cannot-be-here/runs", { fileSystem: nodeFileSystem });
  const error = await caught(() => store.create({ name: "x" }, environment));
  expect(error.kind).toBe("storage");
});
