import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseSafetensors } from "../../src/adapter/safetensors.js";
import { PromptTuningError } from "../../src/common/errors.js";
import { decodeCheckpoint, encodeCheckpoint } from "../../src/runs/checkpoint-file.js";
import { CheckpointStore } from "../../src/runs/checkpoint-store.js";
import { checkpointAt, failingFileSystem, temporaryFolder } from "./support.js";

const bits = (values: Float32Array): Uint32Array => new Uint32Array(values.buffer, values.byteOffset, values.length);

test("every bit of the floats and every number of the JSON survives", () => {
  const anyBits = fc.array(fc.integer({ min: 0, max: 0xffffffff }), { maxLength: 20 }).map((words) => new Float32Array(Uint32Array.from(words).buffer));
  fc.assert(
    fc.property(fc.dictionary(fc.string(), anyBits, { maxKeys: 4 }), fc.jsonValue(), fc.array(fc.double()), fc.nat(), (tensors, state, numbers, step) => {
      if (Object.hasOwn(tensors, "__metadata__")) return;
      const json = { state: JSON.parse(JSON.stringify(state)) as unknown, numbers };
      const read = decodeCheckpoint(encodeCheckpoint({ step, tensors, json }), "x");
      expect(read.step).toBe(step);
      expect(read.json).toEqual(json);
      expect(Object.keys(read.tensors).sort()).toEqual(Object.keys(tensors).sort());
      for (const [name, values] of Object.entries(tensors)) expect(bits(read.tensors[name])).toEqual(bits(values));
    }),
    { numRuns: 500 },
  );
});

test("a checkpoint is a safetensors file with shapes", () => {
  const bytes = encodeCheckpoint(checkpointAt(3), { prompt: [4, 10] });
  const file = parseSafetensors(bytes, "x");
  expect(file.tensors.get("prompt")).toMatchObject({ dtype: "F32", shape: [4, 10] });
  expect(file.metadata.get("step")).toBe("3");
});

test("cut anywhere or with any one bit flipped, a checkpoint is refused", () => {
  const bytes = encodeCheckpoint(checkpointAt(7));
  for (let cut = 0; cut < bytes.length; cut++) expect(() => decodeCheckpoint(bytes.subarray(0, cut), "x")).toThrow(PromptTuningError);
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    bytes[bit >> 3] ^= 1 << (bit & 7);
    let kind: unknown;
    try {
      decodeCheckpoint(bytes, "x");
    } catch (error) {
      kind = (error as PromptTuningError).kind;
    }
    if (kind !== "integrity") expect.fail(`bit ${bit}: ${String(kind)}`);
    bytes[bit >> 3] ^= 1 << (bit & 7);
  }
  expect(decodeCheckpoint(bytes, "x").step).toBe(7);
});

test("the last two and the best are kept, the newest whole one is read", () => {
  const folder = temporaryFolder();
  const store = new CheckpointStore(folder);
  expect(store.latest()).toBeUndefined();
  for (let step = 10; step <= 50; step += 10) store.write(checkpointAt(step), { best: step === 20 });
  writeFileSync(path.join(folder, ".step-000060.safetensors.1-0.tmp"), "half"); // A writer that was killed.
  expect(readdirSync(folder).filter((name) => !name.startsWith(".")).sort()).toEqual(["best.safetensors", "step-000040.safetensors", "step-000050.safetensors"]);
  expect(store.latest()?.step).toBe(50);
  expect(store.best()?.step).toBe(20);

  const newest = path.join(folder, "step-000050.safetensors");
  const bytes = readFileSync(newest);
  bytes[bytes.length - 1] ^= 1;
  writeFileSync(newest, bytes);
  const notices: string[] = [];
  expect(store.latest((error) => notices.push(error.describe()))?.step).toBe(40);
  expect(notices).toEqual(['The checkpoint "step-000050.safetensors" is damaged. Its checksum does not match its content. An older checkpoint of the run may still be good.']);

  // The run goes on from 40 and reaches 45: what is left of the given-up course goes, the temporary file too.
  store.write(checkpointAt(45));
  expect(readdirSync(folder).sort()).toEqual(["best.safetensors", "step-000040.safetensors", "step-000045.safetensors"]);
});

for (const code of ["ENOSPC", "EIO", "EACCES", "short"]) {
  test(`${code} at the n-th operation: the checkpoint before, or the new one, loads and the message names the cause`, () => {
    let failures = 0;
    for (let n = 1; ; n++) {
      const folder = temporaryFolder();
      new CheckpointStore(folder).write(checkpointAt(10), { best: true });
      const fileSystem = failingFileSystem(n, code);
      const store = new CheckpointStore(folder, { fileSystem });
      let error: unknown;
      try {
        store.write(checkpointAt(20), { best: true });
      } catch (thrown) {
        error = thrown;
      }
      const check = new CheckpointStore(folder);
      expect(check.latest()).toEqual(checkpointAt(check.latest()!.step));
      expect(check.best()).toEqual(checkpointAt(check.best()!.step));
      if (error === undefined) expect(check.latest()?.step).toBe(20);
      else {
        failures++;
        expect(error).toBeInstanceOf(PromptTuningError);
        expect((error as PromptTuningError).kind).toBe("storage");
        expect((error as PromptTuningError).describe()).toMatch(new RegExp(`^Could not (save the|make the folder).*${code === "short" ? "ENOSPC" : code}.*\\.$`));
      }
      // After a failure the next checkpoint succeeds and nothing temporary stays.
      check.write(checkpointAt(30));
      expect(check.latest()?.step).toBe(30);
      expect(readdirSync(folder).filter((name) => name.startsWith("."))).toEqual([]);
      if (fileSystem.failed === undefined) break;
    }
    expect(failures).toBeGreaterThanOrEqual(12);
    console.log(`checkpoints: ${failures} failures of the n-th operation with ${code}, a checkpoint loads after each`);
  });
}
