import fc from "fast-check";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openSafetensorsBackbone } from "../../../src/backbone/safetensors/open-safetensors-backbone.js";
import { PromptTuningError } from "../../../src/common/errors.js";
import { FolderCopy } from "./folder.js";

let folder: FolderCopy;
let cache: string;
beforeAll(() => {
  folder = new FolderCopy("gemma2");
  cache = mkdtempSync(path.join(tmpdir(), "ptune-cache-"));
});
afterAll(() => {
  for (const place of [folder.place, cache]) rmSync(place, { recursive: true, force: true });
});

function memory(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const names = ["config.json", "model.safetensors.index.json", "model-00001-of-00003.safetensors", "model-00002-of-00003.safetensors"];
const nasty = ["null", "-1", "0", "1e999", "1e308", "9007199254740993", "4294967296", '""', '"__proto__"', '"../x.safetensors"', "[]", "{}", "[".repeat(200), "true", '{"__proto__":1}', '"\\u0000"'];
const change = fc.oneof(
  fc.record({ kind: fc.constant("byte" as const), at: fc.nat(4000), value: fc.nat(255) }),
  fc.record({ kind: fc.constant("cut" as const), at: fc.nat(30_000) }),
  fc.record({ kind: fc.constant("text" as const), at: fc.nat(4000), value: fc.constantFrom(...nasty) }),
  /** The next value of a JSON text. */
  fc.record({ kind: fc.constant("value" as const), at: fc.nat(4000), value: fc.constantFrom(...nasty) }),
);
type Change = typeof change extends fc.Arbitrary<infer Value> ? Value : never;

function apply(bytes: Buffer, edit: Change): Buffer {
  const at = Math.min(edit.at, bytes.length);
  if (edit.kind === "cut") return bytes.subarray(0, at);
  if (edit.kind === "byte") {
    const result = Buffer.from(bytes);
    if (at < result.length) result[at] = edit.value;
    return result;
  }
  const from = edit.kind === "value" ? bytes.indexOf(":", at) + 1 || at : at;
  const end = edit.kind === "value" ? bytes.subarray(from).findIndex((byte) => byte === 0x2c || byte === 0x7d) : 0;
  return Buffer.concat([bytes.subarray(0, from), Buffer.from(edit.value), bytes.subarray(from + Math.max(0, end))]);
}

describe("hostile folders of safetensors", () => {
  it("1,500 damaged folders: read, or refused with a typed error", async () => {
    const whole = new Map(names.map((name) => [name, folder.read(name)]));
    const files = await folder.files();
    const counts = { read: 0, refused: 0 };
    let most = 0;
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...names), fc.array(change, { minLength: 1, maxLength: 3 }), async (name, changes) => {
        folder.write(name, changes.reduce(apply, whole.get(name)!));
        const before = memory();
        try {
          const backbone = await openSafetensorsBackbone(files, { cache });
          await backbone.dispose();
          counts.read++;
        } catch (error) {
          if (!(error instanceof PromptTuningError) || error.kind !== "model" || error.describe().length >= 1500) throw error;
          counts.refused++;
        } finally {
          folder.write(name, whole.get(name)!);
          rmSync(path.join(cache, "prepared"), { recursive: true, force: true });
        }
        const used = memory() - before;
        most = Math.max(most, used);
        expect(used).toBeLessThan(64 * 1024 * 1024);
      }),
      { numRuns: 1500, seed: 4 },
    );
    console.log(`safetensors folders: ${counts.read} read, ${counts.refused} refused, most memory ${(most / 1e6).toFixed(1)} MB`);
    expect(counts.refused).toBeGreaterThan(500);
  }, 300_000);
});
