import { createHash } from "node:crypto";
import fc from "fast-check";
import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import type { RunEvent } from "../../src/runs/events.js";
import { glanceRun } from "../../src/runs/glance-run.js";
import { encodeRecord } from "../../src/runs/journal-format.js";
import { RunFolder } from "../../src/runs/run-folder.js";
import { RunIndex } from "../../src/runs/run-index.js";
import { stampOf } from "../../src/runs/run-stamp.js";
import { temporaryFolder } from "./support.js";

const record = (sequence: number, event: RunEvent): Buffer => Buffer.from(encodeRecord({ sequence, time: new Date(Date.UTC(2026, 0, 1, 0, 0, sequence)).toISOString(), event }));

/** Long ago for every file of the run, so that its stamp is settled. */
function settle(folder: RunFolder, seconds = 1_700_000_000): void {
  for (const name of readdirSync(folder.path)) utimesSync(path.join(folder.path, name), seconds, seconds);
  utimesSync(folder.path, seconds, seconds);
}

function makeRun(root: string, id: number, state: "succeeded" | "stopped" | "failed" | "running" = "succeeded"): RunFolder {
  const folder = new RunFolder(path.join(root, `spam-20260101-${String(id).padStart(6, "0")}-0a1b2c`));
  mkdirSync(folder.path, { recursive: true });
  writeFileSync(folder.experiment, JSON.stringify({ name: "spam", training: { steps: 100, seed: id } }));
  writeFileSync(folder.journal, record(1, { type: "state", state }));
  settle(folder);
  return folder;
}

const setting = (): { root: string; file: string } => {
  const folder = temporaryFolder();
  return { root: path.join(folder, "runs"), file: path.join(folder, "storage", "runs.json") };
};

/** What an index in another window remembers. */
const kept = (file: string, folders: readonly RunFolder[], version = "1"): Promise<unknown[]> => new RunIndex(file, version).remembered(folders.map(({ path }) => path));

test("runs that have ended are remembered in another window, and told as their folders say", async () => {
  const { root, file } = setting();
  const runs = [makeRun(root, 1), makeRun(root, 2, "stopped"), makeRun(root, 3, "failed"), makeRun(root, 4, "running")];
  const folders = runs.map(({ path }) => path);
  const index = new RunIndex(file, "1");
  expect(await index.remembered(folders)).toEqual([]);
  const entries = await index.glance(folders);
  expect(entries).toEqual(await Promise.all(folders.map(glanceRun)));
  await index.save(folders);

  const next = new RunIndex(file, "1");
  // The one that is under way depends on its process.
  expect(await next.remembered(folders)).toEqual(entries.slice(0, 3));
  expect(await next.glance(folders)).toEqual(entries);
  expect(readdirSync(path.dirname(file))).toEqual(["runs.json"]);
});

test("a run whose files are as they were is not opened again", async () => {
  const { root, file } = setting();
  const run = makeRun(root, 1);
  const index = new RunIndex(file, "1");
  const [before] = await index.glance([run.path]);
  // Other words of the same length, with the old time: only who opens the file sees them.
  writeFileSync(run.experiment, readFileSync(run.experiment, "utf8").replace("spam", "mood"));
  settle(run);
  expect(await index.glance([run.path])).toEqual([before]);
  expect((await glanceRun(run.path)).experimentName).toBe("mood");
});

test.each<[string, (folder: RunFolder) => void]>([
  ["a line is added", (folder) => appendFileSync(folder.journal, record(2, { type: "state", state: "stopped" }))],
  ["a line is added with an old time", (folder) => (appendFileSync(folder.journal, record(2, { type: "state", state: "stopped" })), settle(folder))],
  ["the experiment is written anew", (folder) => writeFileSync(folder.experiment, "{}")],
  ["an adapter is added", (folder) => (mkdirSync(folder.adapter), writeFileSync(path.join(folder.adapter, "adapter_model.safetensors"), "x"))],
  ["a checkpoint folder is added", (folder) => (mkdirSync(folder.checkpoints), writeFileSync(path.join(folder.checkpoints, "step-000001.safetensors"), "x"))],
  ["a lease is taken", (folder) => writeFileSync(folder.lease, "{}")],
  ["the journal is deleted", (folder) => rmSync(folder.journal)],
  ["the run is deleted", (folder) => rmSync(folder.path, { recursive: true })],
])("what was remembered does not count when %s", async (_what, change) => {
  const { root, file } = setting();
  const run = makeRun(root, 1);
  const index = new RunIndex(file, "1");
  const before = await stampOf(run);
  await index.glance([run.path]);
  change(run);
  expect((await stampOf(run)).text).not.toBe(before.text);
  expect(await index.glance([run.path])).toEqual([await glanceRun(run.path)]);
});

test("the weights that are taken out of an adapter are missed", async () => {
  const { root, file } = setting();
  const run = makeRun(root, 1);
  mkdirSync(run.adapter);
  writeFileSync(path.join(run.adapter, "adapter_model.safetensors"), "x");
  utimesSync(path.join(run.adapter, "adapter_model.safetensors"), 1_700_000_000, 1_700_000_000);
  settle(run);
  const index = new RunIndex(file, "1");
  expect(await index.glance([run.path])).toMatchObject([{ learned: "adapter" }]);
  rmSync(path.join(run.adapter, "adapter_model.safetensors"));
  settle(run);
  expect(await index.glance([run.path])).toMatchObject([{ learned: "nothing" }]);
});

test("what changed a moment ago may change again with the same time: it is not remembered", async () => {
  const { root, file } = setting();
  const run = makeRun(root, 1);
  expect((await stampOf(run)).settled).toBe(true);
  settle(run, Date.now() / 1000);
  expect((await stampOf(run)).settled).toBe(false);
  const index = new RunIndex(file, "1");
  await index.glance([run.path]);
  await index.save([run.path]);
  expect(await kept(file, [run])).toEqual([]);
});

test("runs that are gone are forgotten with the next save", async () => {
  const { root, file } = setting();
  const runs = [makeRun(root, 1), makeRun(root, 2)];
  const index = new RunIndex(file, "1");
  await index.glance(runs.map(({ path }) => path));
  await index.save(runs.map(({ path }) => path));
  expect(await kept(file, runs)).toHaveLength(2);
  await index.save([runs[1].path]);
  expect(await kept(file, runs)).toMatchObject([{ path: runs[1].path }]);
});

test("an index of another version, one that is damaged anywhere and one that cannot be written are as good as none", async () => {
  const { root, file } = setting();
  const runs = [makeRun(root, 1), makeRun(root, 2)];
  const folders = runs.map(({ path }) => path);
  const index = new RunIndex(file, "1");
  const entries = await index.glance(folders);
  await index.save(folders);
  expect(await kept(file, runs, "2")).toEqual([]);
  const whole = readFileSync(file);
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: whole.length - 1 }), async (cut) => {
      writeFileSync(file, whole.subarray(0, cut));
      expect(await kept(file, runs)).toEqual([]);
    }),
    { numRuns: 30 },
  );
  for (const text of ["null", "[]", '{"version":"1","runs":[{"stamp":"","entry":{}}]}', '{"version":"1","runs":{}}']) {
    writeFileSync(file, `${createHash("sha256").update(text).digest("hex")}\n${text}`);
    expect(await kept(file, runs)).toEqual([]);
  }
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: whole.length - 1 }), fc.nat({ max: 255 }), async (at, byte) => {
      const bytes = Buffer.from(whole);
      bytes[at] = byte;
      writeFileSync(file, bytes);
      expect(await kept(file, runs)).toHaveLength(byte === whole[at] ? 2 : 0);
    }),
    { numRuns: 50 },
  );
  rmSync(path.dirname(file), { recursive: true });
  writeFileSync(path.dirname(file), "a file where the folder would be");
  const other = new RunIndex(file, "1");
  expect(await other.glance(folders)).toEqual(entries);
  await other.save(folders);
  expect(readFileSync(path.dirname(file), "utf8")).toBe("a file where the folder would be");
});
