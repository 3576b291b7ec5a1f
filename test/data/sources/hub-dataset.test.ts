import { readFileSync } from "node:fs";
import { mkdtemp, rm, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { datasetParts, readyParts } from "../../../src/data/description/dataset-parts.js";
import { openDatasetTable } from "../../../src/data/description/dataset-table.js";
import { writeDescription } from "../../../src/data/description/write-description.js";
import { loadDataset } from "../../../src/data/load-dataset.js";
import { describeHubDataset, type HubDatasetReference } from "../../../src/data/sources/hub-dataset.js";
import type { FileServer } from "../../backbone/sources/file-server.js";
import { commit, type HubOptions, startHub } from "../../backbone/sources/hub-server.js";

const reference = (name: string): Buffer => readFileSync(new URL(`../reference/${name}`, import.meta.url));
const files = { "README.md": Buffer.from("# set\n"), "data/train-00000-of-00001.parquet": reference("snappy.parquet"), "data/test-00000-of-00001.parquet": reference("zstd.parquet") };
const large = Object.keys(files).filter((name) => name.endsWith(".parquet"));

let folder: string;
let hub: FileServer;
const before = { ...process.env };
const start = async (options: Partial<HubOptions> = {}): Promise<void> => {
  hub = await startHub({ files, large, type: "dataset", repository: "owner/set", ...options });
  Object.assign(process.env, { HF_ENDPOINT: hub.url, HF_HOME: path.join(folder, "home"), PTUNE_CACHE: path.join(folder, "cache") });
};
beforeEach(async () => void (folder = await mkdtemp(path.join(tmpdir(), "ptune-hub-data-"))));
afterEach(async () => {
  for (const name of ["HF_ENDPOINT", "HF_HOME", "HF_TOKEN", "PTUNE_CACHE"]) {
    if (before[name] === undefined) delete process.env[name];
    else process.env[name] = before[name];
  }
  await hub?.close();
  await rm(folder, { recursive: true, force: true });
});
const cache = (): string => path.join(folder, "cache");
const describeSet = (given: Partial<HubDatasetReference> = {}) => describeHubDataset({ repo: "owner/set", ...given }, { cache: cache(), pause: 5 }, { name: "set" });

describe("a data set of the hub", () => {
  it("is pinned to the commit, with the splits its files tell, and trains like files", async () => {
    await start();
    const { description } = await describeSet();
    expect(description.source).toMatchObject({ type: "hub", repo: "owner/set", revision: commit, files: [{ path: large[0], split: "train", rows: 1000 }, { path: large[1], split: "test", rows: 1000 }] });
    const dataset = { description, folder };
    const table = await openDatasetTable(dataset, { cache: cache() });
    expect(table.rowCount).toBe(2000);
    expect((await table.read(1999, 2000))[0].cells).toEqual(["999", "text ä 999", "ham"]);
    writeDescription(path.join(folder, "set.ptune-data.json"), description, { overwrite: false });
    const data = await loadDataset({ description: "set.ptune-data.json", columns: {} }, { slots: ["text"], answer: "label" }, 1, folder, { cache: cache() });
    expect(data.splits.test).toHaveLength(1000);
    expect(data.labels).toEqual(["ham", "späm"]);
  });

  it("is fetched again on another machine by its description alone, and never twice on one", async () => {
    await start();
    const dataset = { description: (await describeSet()).description, folder };
    await rm(cache(), { recursive: true });
    const parts = await readyParts(dataset, { cache: cache() });
    expect(readFileSync(parts[0].path).equals(files["data/train-00000-of-00001.parquet"])).toBe(true);
    const asked = hub.requests.length;
    await readyParts(dataset, { cache: cache() });
    expect(hub.requests).toHaveLength(asked);
    expect(hub.requests.some(({ path: each }) => each.includes("README"))).toBe(false);
  });

  it("goes on after cut connections, and refuses what is not what was described", async () => {
    await start({ cuts: { after: 4000, times: 2 } });
    const { description } = await describeSet();
    expect(hub.requests.filter(({ range }) => /^bytes=[1-9]/.test(range ?? "")).length).toBeGreaterThan(0);
    await hub.close();
    const other = Buffer.from(files["data/train-00000-of-00001.parquet"]);
    other[100] ^= 1;
    await start({ files: { ...files, "data/train-00000-of-00001.parquet": other } });
    await truncate(datasetParts({ description, folder }, cache())[0].path, 10);
    await expect(readyParts({ description, folder }, { cache: cache() })).rejects.toMatchObject({ kind: "integrity" });
  });

  it("sends the token, and says what is missing", async () => {
    await start({ token: "hf_secret" });
    await expect(describeSet()).rejects.toMatchObject({ kind: "network" });
    process.env.HF_TOKEN = "hf_secret";
    expect((await describeSet()).description.counts).toHaveLength(2);
    await expect(describeSet({ repo: "owner/absent" })).rejects.toMatchObject({ message: expect.stringContaining("no data set") });
    await expect(describeSet({ config: "other" })).rejects.toMatchObject({ message: expect.stringContaining("no configuration") });
    await expect(describeSet({ repo: "../x" })).rejects.toMatchObject({ kind: "usage" });
  });

  it("asks which configuration, and reads a folder a split", async () => {
    await start({ files: { "de/train/0000.parquet": files[large[0] as "data/train-00000-of-00001.parquet"], "fr/train/0000.parquet": reference("gzip.parquet"), "fr/test/0000.parquet": reference("none.parquet") }, large: [] });
    await expect(describeSet()).rejects.toMatchObject({ message: expect.stringContaining("several configurations"), reason: "They are de, fr." });
    const { description } = await describeSet({ config: "fr" });
    expect(description.counts.map(({ split, rows }) => [split, rows])).toEqual([["train", 1000], ["test", 1000]]);
  });
});
