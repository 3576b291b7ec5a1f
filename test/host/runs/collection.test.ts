import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test, vi } from "vitest";
import { coalesce } from "../../../src/host/runs/coalesce.js";
import { anyRunFolder, leasedRuns } from "../../../src/host/runs/leased-runs.js";
import { RunCollection, type RunReader } from "../../../src/host/runs/run-collection.js";
import { RunRoots } from "../../../src/host/runs/run-roots.js";
import { glanceAll, runFolders } from "../../../src/runs/glance-runs.js";
import type { RunEntry } from "../../../src/runs/run-entry.js";
import { RunStore } from "../../../src/runs/run-store.js";
import { RunWriter } from "../../../src/runs/run-writer.js";
import { environment, stepEvent, temporaryFolder } from "../../runs/support.js";
import { entry } from "./support.js";

const reader: RunReader = { folders: runFolders, glance: (folders) => glanceAll(folders), remembered: () => Promise.resolve([]), keep: () => undefined };

function collectionOf(roots: readonly string[], given: Partial<RunReader> = {}): { collection: RunCollection; changes: () => number; problems: string[] } {
  let changes = 0;
  const problems: string[] = [];
  const collection = new RunCollection({ reader: { ...reader, ...given }, roots: () => roots, onChange: () => changes++, onProblem: (root) => problems.push(root) });
  return { collection, changes: () => changes, problems };
}

test("runs of all roots are found, followed and forgotten; what did not change keeps its identity", async () => {
  const [one, two] = [path.join(temporaryFolder(), "runs"), path.join(temporaryFolder(), "runs")];
  const { collection, changes } = collectionOf([one, two, one]);
  expect(collection.all).toEqual([]);
  await collection.load();
  expect(changes()).toBe(0);

  const folder = new RunStore(one).create({ name: "spam" }, environment);
  const other = new RunStore(two).create({ name: "mood" }, environment);
  await collection.load(); // Reads once only.
  expect(collection.all).toEqual([]);
  await collection.refresh();
  expect(collection.all.map(({ path }) => path).sort()).toEqual([folder.path, other.path].sort());
  const before = collection.find(other.path);

  const writer = await RunWriter.open(folder);
  writer.append({ type: "state", state: "running" });
  writer.append(stepEvent(3));
  await collection.refresh(folder.path);
  expect(collection.find(`${folder.path}${path.sep}`)).toMatchObject({ state: "running", step: 3, active: true });
  const known = changes();
  await collection.refresh(folder.path);
  await collection.refresh();
  expect(changes()).toBe(known);
  expect(collection.find(other.path)).toBe(before);
  writer.close();

  // What lies elsewhere is none of ours, and neither is a folder that holds no run.
  await collection.refresh(path.join(temporaryFolder(), "elsewhere"));
  mkdirSync(path.join(one, "notes"));
  await collection.refresh();
  expect(collection.all).toHaveLength(2);

  rmSync(folder.path, { recursive: true });
  await collection.refresh(folder.path);
  expect(collection.find(folder.path)).toBeUndefined();
  rmSync(two, { recursive: true });
  await collection.refresh();
  expect(collection.all).toEqual([]);
});

test("of many runs the newest are known before the others are read", async () => {
  const names = Array.from({ length: 250 }, (_, at) => `spam-20260101-${String(at).padStart(6, "0")}-00abcd`);
  const folders = names.map((name) => path.join("/work/.ptune/runs", name));
  let readOn = (): void => undefined;
  const others = new Promise<void>((resolve) => (readOn = resolve));
  let calls = 0;
  const glance: RunReader["glance"] = async (wanted) => {
    if (++calls === 2) await others;
    return wanted.map((folder) => entry({ name: path.basename(folder), path: folder, created: path.basename(folder).slice(5, 20) }));
  };
  const { collection, changes } = collectionOf(["/work/.ptune/runs"], { folders: () => Promise.resolve(folders), glance });
  await collection.loadNewest();
  expect(collection.all.map(({ name }) => name)).toEqual(names.slice(150).reverse());
  expect(changes()).toBe(1);
  readOn();
  await collection.load();
  expect(collection.all.map(({ name }) => name)).toEqual(names.toReversed());
  expect(changes()).toBe(2);
});

test("what is remembered of the others is told with the newest, until they have been looked at", async () => {
  const names = Array.from({ length: 250 }, (_, at) => `spam-20260101-${String(at).padStart(6, "0")}-00abcd`);
  const entryOf = (folder: string, step: number): RunEntry => entry({ id: "00abcd", name: path.basename(folder), path: folder, created: path.basename(folder).slice(5, 20), step });
  const folders = names.map((name) => path.join("/work/.ptune/runs", name));
  let readOn = (): void => undefined;
  const others = new Promise<void>((resolve) => (readOn = resolve));
  const asked: (readonly string[])[] = [];
  const kept: (readonly string[])[] = [];
  const { collection, changes } = collectionOf(["/work/.ptune/runs"], {
    folders: () => Promise.resolve(folders),
    glance: async (wanted) => {
      asked.push(wanted);
      if (asked.length === 2) await others;
      // One has been deleted, one has gone on.
      return wanted.map((folder) => (folder === folders[0] ? { ...entryOf(folder, 1), damage: ["experiment.json is missing.", "journal.jsonl is missing."] } : entryOf(folder, folder === folders[1] ? 2 : 1)));
    },
    remembered: (wanted) => Promise.resolve(wanted.map((folder) => entryOf(folder, 1))),
    keep: (found) => kept.push(found),
  });
  await collection.loadNewest();
  expect(collection.all.map(({ name }) => name)).toEqual(names.toReversed());
  expect(kept).toEqual([]);
  const unchanged = collection.find(folders[2]);
  readOn();
  await collection.load();
  // The newest were looked at before.
  expect(asked.map(({ length }) => length)).toEqual([100, 150]);
  expect(collection.all.map(({ name }) => name)).toEqual(names.slice(1).reverse());
  expect(collection.find(folders[1])?.step).toBe(2);
  expect(collection.find(folders[2])).toBe(unchanged);
  expect(changes()).toBe(2);
  expect(kept).toEqual([folders]);
});

test("few runs are known all at once", async () => {
  const { collection, changes } = collectionOf(["/work/.ptune/runs"], { folders: () => Promise.resolve(["/work/.ptune/runs/a"]), glance: (wanted) => Promise.resolve(wanted.map((folder) => entry({ path: folder }))) });
  await collection.loadNewest();
  expect(collection.all).toHaveLength(1);
  expect(changes()).toBe(1);
});

test("the newest run comes first", async () => {
  const entries = [entry({ created: null, name: "b" }), entry({ created: null, name: "a" }), entry({ created: "2026-01-01T00:00:00Z" }), entry({ created: "2026-02-01T00:00:00Z" })];
  const { collection } = collectionOf(["/work/.ptune/runs"], { folders: () => Promise.resolve([]), glance: () => Promise.resolve(entries) });
  await collection.load();
  expect(collection.all).toEqual([entries[3], entries[2], entries[0], entries[1]]);
});

test("a root that cannot be read is told and hides no other", async () => {
  const [broken, good] = [path.join(temporaryFolder(), "a file"), temporaryFolder()];
  writeFileSync(broken, "");
  new RunStore(good).create({ name: "spam" }, environment);
  const { collection, problems } = collectionOf([broken, good]);
  await collection.load();
  expect(problems).toEqual([broken]);
  expect(collection.all).toHaveLength(1);
});

test("a look at a run that is asked for while another is under way begins after it", async () => {
  let step = 0;
  let looks = 0;
  const path = "/work/.ptune/runs/spam";
  const { collection } = collectionOf(["/work/.ptune/runs"], {
    folders: () => Promise.resolve([]),
    glance: async (folders) => {
      if (folders.length === 0) return [];
      looks++;
      const seen = step;
      await new Promise((resolve) => setTimeout(resolve, 5));
      return [entry({ path, step: seen })];
    },
  });
  await collection.load();
  const first = collection.refresh(path);
  await new Promise((resolve) => setTimeout(resolve, 1));
  step = 1;
  const second = collection.refresh(path);
  const third = collection.refresh(path);
  await first;
  await second;
  expect(collection.find(path)?.step).toBe(1);
  await third;
  expect(looks).toBe(2);
});

test("runs are kept in the workspace folder of their experiment, or in the extension's own", () => {
  const storage = temporaryFolder();
  let folders = ["/work", "/work/inner", "/other"];
  const roots = new RunRoots(() => folders, storage);
  const runs = (folder: string): string => path.join(folder, ".ptune", "runs");
  expect(roots.all).toEqual(["/work", "/work/inner", "/other"].map(runs));
  expect(["/work/a.ptune.json", "/work/inner/deep/a.ptune.json", "/workshop/a.ptune.json", "/other/..a.ptune.json"].map((file) => roots.rootFor(file))).toEqual(["/work", "/work/inner", "/work", "/other"].map(runs));
  expect(["/work/.ptune/runs/spam/journal.jsonl", "/work/.ptune/runs/spam", "/work/.ptune/runs", "/work/.ptune/runs/.new-1/journal.jsonl", "/elsewhere/spam"].map((file) => roots.runOf(file))).toEqual(["/work/.ptune/runs/spam", "/work/.ptune/runs/spam", undefined, undefined, undefined]);
  mkdirSync(runs(path.join(storage, "sample")), { recursive: true });
  expect(roots.all).toContain(runs(path.join(storage, "sample")));
  folders = [];
  expect(roots.all).toEqual([roots.sample]);
  expect(roots.rootFor("/anywhere/a.ptune.json")).toBe(roots.sample);
});

test("a cheap look finds the runs that a process holds or was killed with", async () => {
  const root = temporaryFolder();
  const store = new RunStore(root);
  expect(await anyRunFolder([path.join(root, "absent"), root])).toBe(false);
  const [held, killed] = [store.create({ name: "held" }, environment), store.create({ name: "killed" }, environment)];
  store.create({ name: "done" }, environment);
  const writer = await RunWriter.open(held);
  writeFileSync(killed.lease, "{");
  mkdirSync(path.join(root, ".removed-1"));
  expect((await leasedRuns([root, path.join(root, "absent")])).sort()).toEqual([held.path, killed.path].sort());
  expect(await anyRunFolder([root])).toBe(true);
  writer.close();
});

test("many calls become a first one, and one for each span of time", () => {
  vi.useFakeTimers();
  try {
    let calls = 0;
    const call = coalesce(250, () => calls++);
    for (let time = 0; time < 1000; time += 10) {
      call();
      vi.advanceTimersByTime(10);
    }
    expect(calls).toBe(5);
    vi.advanceTimersByTime(10_000);
    expect(calls).toBeLessThanOrEqual(6);
    const settled = calls;
    call();
    expect(calls).toBe(settled + 1);
    call();
    call.dispose();
    vi.advanceTimersByTime(1000);
    expect(calls).toBe(settled + 1);
  } finally {
    vi.useRealTimers();
  }
});
