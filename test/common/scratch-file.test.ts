import fc from "fast-check";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { ScratchFile } from "../../src/common/scratch-file.js";

function folder(): string {
  const made = mkdtempSync(path.join(tmpdir(), "ptune-scratch-"));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

it("gives back whatever was written, in any order, and leaves no name behind", async () => {
  const place = path.join(folder(), "made", "when", "needed");
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 12 }), async (pieces) => {
      const file = new ScratchFile(place, 1e6);
      const places = await Promise.all(pieces.map((piece) => file.write(piece)));
      if (pieces.length > 0) expect(readdirSync(place)).toEqual([]);
      for (const [i, piece] of [...pieces.entries()].reverse()) {
        const into = new Uint8Array(piece.length);
        expect(await file.read(places[i]!, into)).toBe(true);
        expect(into).toEqual(piece);
      }
      await file.clear();
    }),
    { numRuns: 30 },
  );
});

it("takes no more than it may, and begins anew when cleared", async () => {
  const file = new ScratchFile(folder(), 10);
  expect(await file.write(new Uint8Array(8))).toBe(0);
  expect(await file.write(new Uint8Array(3))).toBeUndefined();
  expect(await file.write(new Uint8Array(2))).toBe(8);
  await file.clear();
  expect(await file.read(0, new Uint8Array(8))).toBe(false);
  expect(await file.write(Uint8Array.of(7))).toBe(0);
  // Beyond what was written there is nothing to read.
  expect(await file.read(0, new Uint8Array(2))).toBe(false);
  await file.clear();
});

it("has no room where the folder cannot be made", async () => {
  const inTheWay = path.join(folder(), "a-file");
  writeFileSync(inTheWay, "");
  const file = new ScratchFile(inTheWay, 100);
  expect(await file.write(new Uint8Array(1))).toBeUndefined();
  expect(await file.read(0, new Uint8Array(1))).toBe(false);
  await file.clear();
});
