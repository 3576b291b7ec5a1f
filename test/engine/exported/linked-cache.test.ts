import { mkdirSync, mkdtempSync, copyFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { createExportedProgram } from "../../../src/engine/exported/exported-program.js";
import { openExportedModel } from "../../../src/engine/exported/open-exported-model.js";
import { batchOf, headOf, readReference } from "./reference-cases.js";

const root = mkdtempSync(join(tmpdir(), "linked-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

it("a model in a hub's cache, whose files are links into a folder of blobs, opens and runs", async () => {
  const folder = join(__dirname, "reference/dynamo");
  const [blobs, snapshot] = [join(root, "blobs"), join(root, "snapshots", "abc")];
  mkdirSync(blobs);
  mkdirSync(snapshot, { recursive: true });
  for (const [name, blob] of [["model.onnx", "1111"], ["model.onnx.data", "2222"]]) {
    copyFileSync(join(folder, name), join(blobs, blob));
    symlinkSync(join("../../blobs", blob), join(snapshot, name));
  }
  const reference = readReference(folder);
  const [stored] = reference.cases;
  const program = createExportedProgram({ model: await openExportedModel(join(snapshot, "model.onnx")), virtualTokens: reference.virtualTokens, head: headOf(stored) });
  const { loss } = await program.score(batchOf(stored), { prompt: Float32Array.from(reference.prompt) });
  expect(loss).toBeCloseTo(stored.loss, 4);
  await program.dispose();
});
