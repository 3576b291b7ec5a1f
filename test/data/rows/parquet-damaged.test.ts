import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { hostileFile } from "../../../bench/data/hostile-files.js";
import { openParquet } from "../../../src/data/rows/parquet-file.js";

const root = path.resolve(import.meta.dirname, "../../..");
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "ptune-parquet-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

// Without patches/hyparquet the process ends here: V8 does not let an array grow to a hundred million values.
it("a run that says it is longer than its page is refused", async () => {
  const file = path.join(folder, "run.parquet");
  await writeFile(file, hostileFile("parquet", 4153, root));
  const parquet = await openParquet(file);
  try {
    await expect(parquet.read(0, Number(parquet.metadata.num_rows))).rejects.toMatchObject({ name: "PromptTuningError", kind: "data" });
  } finally {
    await parquet.close();
  }
});
