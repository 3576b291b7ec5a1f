import { appendFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, expect, it } from "vitest";
import { glanceAtSource } from "../../../src/data/description/glance-at-source.js";
import { loadDescription } from "../../../src/data/description/load-description.js";
import { csv, DescribedFolder, textAndLabel } from "../../backend/datasets/described.js";

const here = new DescribedFolder();
afterAll(() => here.dispose());

it("tells what is gone, of another size, or written later, without reading a byte", async () => {
  const source = here.write("a.csv", csv(10));
  utimesSync(source, new Date(), new Date(Date.now() - 60_000));
  const dataset = await loadDescription(await here.describe("a", { "a.csv": null }, textAndLabel));
  const file = path.join(here.folder, "a.csv");
  expect(await glanceAtSource(dataset)).toEqual({ changes: [], written: [] });
  writeFileSync(source, csv(10).replace("lunch", "lunsh"));
  utimesSync(source, new Date(), new Date(Date.now() + 60_000));
  expect(await glanceAtSource(dataset)).toMatchObject({ changes: [], written: [{ file }] });
  appendFileSync(source, "more,ham\n");
  expect(await glanceAtSource(dataset)).toEqual({ changes: [{ file, kind: "changed" }], written: [] });
  rmSync(source);
  expect(await glanceAtSource(dataset)).toEqual({ changes: [{ file, kind: "missing" }], written: [] });
});
