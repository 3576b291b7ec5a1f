import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packSample, readPackedSample } from "../../src/data/samples/packed-sample.js";
import { preparedSpamAssassin } from "../../src/data/samples/prepared-copy.js";
import type { PreparedRow, PreparedSample } from "../../src/data/samples/spam-assassin.js";

const counts = { mails: 4, unparsable: 0, unreadable: 0, empty: 0, duplicates: 0, clusters: 0, conflicting: 0, representatives: { ham: 2, spam: 2 } };
const row = (id: string, label: PreparedRow["label"], text: string): PreparedRow => ({ id, label, text });
const sample: PreparedSample = {
  packageVersion: "0.2.3",
  counts,
  splits: { train: [row("spam-1/1", "spam", "Buy\nnow"), row("easy-ham-1/2", "ham", "Hi \u2028 there 😀")], validation: [row("spam-1/3", "spam", "x")], test: [row("easy-ham-1/4", "ham", "")] },
};

describe("the sample that the extension's package carries", () => {
  let folder: string;
  let file: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "packed-sample-"));
    file = path.join(folder, "sample.jsonl.gz");
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("reads what was packed, row by row and in order (100 generated samples)", async () => {
    const rows = fc.array(fc.record({ id: fc.string(), label: fc.constantFrom("ham" as const, "spam" as const), text: fc.string({ unit: "binary" }) }), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(rows, rows, rows, async (train, validation, test) => {
        const generated = { ...sample, splits: { train, validation, test } };
        await writeFile(file, await packSample(generated));
        expect(await readPackedSample(file)).toEqual(generated);
      }),
      { numRuns: 100 },
    );
  });

  it("is absent where there is no file", async () => {
    expect(await readPackedSample(path.join(folder, "nothing.gz"))).toBeUndefined();
  });

  it("comes before the cache and the npm package, and nothing is written", async () => {
    await writeFile(file, await packSample(sample));
    const cache = await mkdtemp(path.join(folder, "cache-"));
    expect(await preparedSpamAssassin(cache, undefined, file)).toEqual(sample);
    expect(await readdir(cache)).toEqual([]);
  });

  it("says what to do about a damaged file: cut anywhere, of another version, a row short, not gzip", async () => {
    const whole = await packSample(sample);
    const text = gunzipSync(whole).toString();
    const damaged: Buffer[] = [Buffer.from("plain"), Buffer.alloc(0), gzipSync(text.replace('"version":1', '"version":99')), gzipSync(text.split("\n").slice(0, -2).join("\n")), gzipSync(text.replace('"spam"', '"eggs"'))];
    for (let length = 1; length < whole.length; length++) damaged.push(whole.subarray(0, length));
    for (const bytes of damaged) {
      await writeFile(file, bytes);
      await expect(readPackedSample(file)).rejects.toMatchObject({ kind: "integrity", file, advice: "Install the extension again." });
    }
  });
});
