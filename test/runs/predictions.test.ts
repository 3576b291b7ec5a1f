import fc from "fast-check";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { nodeFileSystem } from "../../src/runs/file-system.js";
import { longestPredictionLine, type PredictionRow, predictionsFile, type PredictionsHeader, readPredictions, writePredictions } from "../../src/runs/predictions.js";
import { RunFolder } from "../../src/runs/run-folder.js";
import { failingFileSystem, temporaryFolder } from "./support.js";

const header: PredictionsHeader = { predictions: 1, split: "test", data: "d".repeat(64), longestText: 1000 };
const rowAt = (index: number, set = "learned"): PredictionRow => ({ set, index, row: index.toString(16).padStart(16, "0"), expected: "spam", predicted: index % 3 ? "spam" : "ham", scores: { accuracy: Number(index % 3 > 0) }, fields: { text: `mail ${index}\u2028\n"` } });

async function readAll(folder: RunFolder) {
  const rows: PredictionRow[] = [];
  const report = await readPredictions(folder, (row) => void rows.push(row));
  return { rows, report };
}

describe("predictions of a run", () => {
  it("are read as they were written, a second writing replaces the first, and nothing else is left behind", async () => {
    const folder = new RunFolder(temporaryFolder());
    const many = Array.from({ length: 5000 }, (_, index) => rowAt(index, index < 2500 ? "learned" : "zero-shot"));
    writePredictions(folder, header, many);
    expect(await readAll(folder)).toEqual({ rows: many, report: { header, rows: 5000, damaged: 0 } });
    writePredictions(folder, { ...header, split: "validation" }, many.slice(0, 2));
    expect(await readAll(folder)).toEqual({ rows: many.slice(0, 2), report: { header: { ...header, split: "validation" }, rows: 2, damaged: 0 } });
    expect(readdirSync(folder.path)).toEqual(["predictions.jsonl"]);
  });

  it("of an older run are absent, which is no error; a file that is none says so", async () => {
    const folder = new RunFolder(temporaryFolder());
    expect((await readAll(folder)).report).toBeUndefined();
    writeFileSync(predictionsFile(folder), `${JSON.stringify(rowAt(1))}\n`);
    await expect(readAll(folder)).rejects.toThrowError(expect.objectContaining({ kind: "run" }));
    writeFileSync(predictionsFile(folder), "");
    await expect(readAll(folder)).rejects.toThrowError(expect.objectContaining({ kind: "run" }));
  });

  it("are read until the visitor has enough", async () => {
    const folder = new RunFolder(temporaryFolder());
    writePredictions(folder, header, Array.from({ length: 100 }, (_, index) => rowAt(index)));
    const seen: number[] = [];
    const report = await readPredictions(folder, ({ index }) => (seen.push(index), seen.length < 3 ? undefined : false));
    expect(seen).toEqual([0, 1, 2]);
    expect(report?.rows).toBe(3);
  });

  it("survive any damage: whole lines before and behind it are read, the rest is counted", async () => {
    const folder = new RunFolder(temporaryFolder());
    const rows = Array.from({ length: 8 }, (_, index) => rowAt(index));
    writePredictions(folder, header, rows);
    const whole = readFileSync(predictionsFile(folder));
    const firstLine = whole.indexOf(10) + 1;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: firstLine, max: whole.length }), fc.uint8Array({ maxLength: 40 }), async (at, junk) => {
        writeFileSync(predictionsFile(folder), Buffer.concat([whole.subarray(0, at), junk]));
        const { rows: found, report } = await readAll(folder);
        const before = whole.subarray(0, at).toString("latin1").split("\n").length - 2;
        expect(found.slice(0, before)).toEqual(rows.slice(0, before));
        expect(report!.damaged).toBeLessThanOrEqual(1 + junk.filter((byte) => byte === 10).length);
      }),
      { numRuns: 300 },
    );
  });

  it("with a line beyond every measure are read without that line", async () => {
    const folder = new RunFolder(temporaryFolder());
    const long = JSON.stringify({ ...rowAt(0), predicted: "x".repeat(longestPredictionLine) });
    writeFileSync(predictionsFile(folder), [JSON.stringify(header), JSON.stringify(rowAt(1)), long, JSON.stringify(rowAt(2))].join("\n"));
    expect(await readAll(folder)).toEqual({ rows: [rowAt(1), rowAt(2)], report: { header, rows: 2, damaged: 1 } });
  });

  it("are the old ones or the new ones, whichever operation of the disk fails", async () => {
    const folder = new RunFolder(temporaryFolder());
    const [old, fresh] = [[rowAt(1)], [rowAt(2), rowAt(3)]];
    let failures = 0;
    for (let failing = 1; ; failing++) {
      writePredictions(folder, header, old);
      const system = failingFileSystem(failing, "ENOSPC");
      let failed = false;
      try {
        writePredictions(folder, header, fresh, system);
      } catch (error) {
        failed = true;
        expect(error).toMatchObject({ kind: "storage", message: "Could not write the predictions on the held-out rows." });
      }
      expect([old, fresh]).toContainEqual((await readAll(folder)).rows);
      for (const name of readdirSync(folder.path)) if (name.startsWith(".")) nodeFileSystem.unlink(`${folder.path}/${name}`);
      if (!failed) break;
      failures++;
    }
    expect(failures).toBeGreaterThanOrEqual(5);
  });
});
