import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import type { Backbone } from "../../src/backbone/backbone.js";
import { normRangeOf } from "../../src/backend/norm-range.js";
import { tableOf } from "../training/fake-backbone.js";

function backboneWith(matrix: Float32Array, hash: string): { readonly backbone: Pick<Backbone, "description" | "embeddings">; readonly reads: () => number } {
  const table = tableOf(matrix, 2);
  let reads = 0;
  const embeddings = { ...table, matrix: () => (reads++, table.matrix()) };
  return { backbone: { description: { hash } as Backbone["description"], embeddings }, reads: () => reads };
}

it("reads a model's embeddings once, remembers their range, and reads them again where the note is damaged", async () => {
  const cache = mkdtempSync(path.join(tmpdir(), "ptune-norms-"));
  onTestFinished(() => rmSync(cache, { recursive: true, force: true }));
  const { backbone, reads } = backboneWith(Float32Array.of(3, 4, 0, 1), "one");
  const range = await normRangeOf(backbone, cache);
  expect(range.low).toBeCloseTo(1.004, 12);
  expect(range.high).toBeCloseTo(4.996, 12);
  expect(await normRangeOf(backbone, cache)).toEqual(range);
  expect(reads()).toBe(1);

  const folder = path.join(cache, "norms");
  writeFileSync(path.join(folder, readdirSync(folder)[0]), '{"low": -1, "high": "much"}');
  expect(await normRangeOf(backbone, cache)).toEqual(range);
  expect(reads()).toBe(2);

  // Another model has its own.
  expect(await normRangeOf(backboneWith(Float32Array.of(0, 2), "two").backbone, cache)).toEqual({ low: 2, high: 2 });
});
