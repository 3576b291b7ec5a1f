import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { listCatalogue } from "../../../src/backbone/sources/catalogue.js";
import { removeDownloaded } from "../../../src/backbone/sources/downloaded.js";
import { fetchBackbone } from "../../../src/backbone/sources/fetch-backbone.js";
import { listBackbones } from "../../../src/backbone/sources/list-backbones.js";

let cache: string;
beforeEach(async () => void (cache = await mkdtemp(path.join(tmpdir(), "cache-"))));
afterEach(() => rm(cache, { recursive: true, force: true }));

const [entry] = listCatalogue();
async function put(bytes: number, ...names: string[]): Promise<void> {
  const file = path.join(cache, ...names);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, Buffer.alloc(bytes));
}
const wheel = `${entry.sources[0].package.replaceAll("-", "_")}-${entry.sources[0].version}-py3-none-any.whl`;

it("lists the catalogue where nothing was downloaded", async () => {
  expect(await listBackbones(cache)).toEqual(listCatalogue().map(({ name, title, file, licence, hubId, contextLength }) => ({ name, title, size: file.size, licence, hubId, contextLength, state: "absent", onDisk: 0 })));
});

it("tells what is on the disk: whole, begun, of the hub", async () => {
  await put(10, "models", "catalogue", entry.name, entry.file.name);
  await put(5, "models", "hub", "owner--name", "a".repeat(40), "model.onnx.partial");
  const [first, second, ...others] = await listBackbones(cache).then((all) => all.filter(({ name }) => !listCatalogue().slice(2).some((later) => later.name === name)));
  expect(first).toMatchObject({ name: entry.name, state: "downloaded", onDisk: 10, size: entry.file.size });
  expect(second).toMatchObject({ name: listCatalogue()[1].name, state: "absent", onDisk: 0 });
  expect(others).toMatchObject([{ name: "owner/name", hubId: "owner/name", state: "partial", onDisk: 5 }]);
});

it("counts a package that is on its way as begun, and removes it with the model", async () => {
  await put(7, "downloads", `${wheel}.partial`);
  await put(3, "downloads", `${wheel}.partial.json`);
  await put(9, "downloads", "something-else.whl");
  expect((await listBackbones(cache))[0]).toMatchObject({ name: entry.name, state: "partial", onDisk: 10 });
  expect(await removeDownloaded(entry.name, cache)).toBe(10);
  expect(await readdir(path.join(cache, "downloads"))).toEqual(["something-else.whl"]);
  expect((await listBackbones(cache))[0]).toMatchObject({ state: "absent" });
});

it("names the nearest model where there is none of the name", async () => {
  await expect(fetchBackbone("smollm-135m-instruct", { cache })).rejects.toMatchObject({ kind: "usage", message: expect.stringContaining(`Did you mean ${entry.name}?`) });
});
