import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Dataset } from "../../src/data/dataset.js";
import { loadDataset } from "../../src/data/load-dataset.js";
import { jaccard, shinglesOf, wordHashes } from "../../src/data/quality/shingles.js";
import { wordsOf } from "../../src/data/quality/words.js";
import { mailText } from "../../src/data/samples/mail-text.js";
import { describeSample, sampleNames } from "../../src/data/samples/samples.js";

describe("the text of a mail", () => {
  const text = async (raw: string): Promise<string> => {
    const mail = await mailText(raw);
    return `${mail?.subject}|${mail?.body}`;
  };

  it("takes subject and plain text, and no other header", async () => {
    const raw = "From x@y.z  Thu Aug 22 13:17:22 2002\nFrom: x@y.z\nSender: list@lists.example\nSubject: =?iso-8859-1?Q?Caf=E9?=\n =?utf-8?B?IMO8?=\nList-Id: <secret>\n\nHello\n\n  world\t!\n";
    expect(await text(raw)).toBe("Café ü|Hello world !");
  });

  it("decodes charsets and transfer encodings", async () => {
    const raw = `Subject: s\nContent-Type: text/plain; charset=windows-1252\nContent-Transfer-Encoding: quoted-printable\n\na=93b=94 =80 =\nend`;
    expect(await text(raw)).toBe("s|a“b” € end");
    expect(await text(`Subject: s\nContent-Type: text/plain; charset=koi8-r\nContent-Transfer-Encoding: base64\n\n${Buffer.from([0xf0, 0xd2, 0xc9]).toString("base64")}\n`)).toBe("s|При");
  });

  it("turns HTML into text, also where it calls itself plain", async () => {
    const html = '<html><head><title>t</title><style>p{}</style></head><body><p>Buy <b>now</b> &amp; here</p><a href="http://x">click</a><img src="x" alt="y"><script>alert(1)</script></body></html>';
    expect(await text(`Subject: s\nContent-Type: text/html\n\n${html}`)).toBe("s|Buy now & here click");
    expect(await text(`Subject: s\nContent-Type: text/plain\n\n${html}`)).toBe("s|Buy now & here click");
    expect(await text("Subject: s\n\nif a < b and c > d then <p is not a tag")).toBe("s|if a < b and c > d then <p is not a tag");
  });

  it("takes the plain part of several", async () => {
    const raw = 'Subject: s\nContent-Type: multipart/alternative; boundary="b"\n\n--b\nContent-Type: text/plain\n\nplain\n--b\nContent-Type: text/html\n\n<p>html</p>\n--b--\n';
    expect(await text(raw)).toBe("s|plain");
  });

  it("tells what was lost and drops it", async () => {
    const mail = await mailText("Subject: a\ufffd\n\nx\ufffd\ufffdy");
    expect(mail).toMatchObject({ subject: "a", body: "xy" });
    expect(mail?.lost).toBeCloseTo(3 / 17, 5);
  });

  it("copes with anything, 1,000 times", async () => {
    const part = fc.constantFrom("Subject: x\n", "\n", "\n\n", "Content-Type: multipart/mixed; boundary=b\n", "--b\n", "--b--\n", "Content-Type: text/html; charset=nonsense\n", "Content-Transfer-Encoding: base64\n", "=?utf-8?B?!!!?=", "=?x?Q?=E?=", "<p>", "<table><tr>", "\0", "\ufffd", "\ud800", "From x\n", ":", "begin 644 x\n");
    const raw = fc.oneof(fc.array(fc.oneof(part, fc.string({ maxLength: 10 })), { maxLength: 30 }).map((list) => list.join("")), fc.string({ unit: "binary", maxLength: 300 }));
    await fc.assert(
      fc.asyncProperty(raw, async (given) => {
        const mail = await mailText(given);
        for (const found of [mail?.subject ?? "", mail?.body ?? ""]) expect(found).toBe(found.replace(/\s+/g, " ").trim());
      }),
      { numRuns: 1000 },
    );
  });
});

describe("the spam-assassin sample", () => {
  let cache: string;
  let set: Dataset;
  let progress = 0;
  beforeAll(async () => {
    cache = await mkdtemp(path.join(tmpdir(), "ptune-sample-"));
    set = await loadDataset("spam-assassin", { slots: ["text"], answer: "label", labels: ["ham", "spam"] }, 1, ".", { cache, onProgress: (done) => void (progress = done) });
  }, 120_000);
  afterAll(() => rm(cache, { recursive: true, force: true }));

  it("has balanced splits of the stated sizes", () => {
    expect(sampleNames()).toEqual(["spam-assassin"]);
    const counts = [set.splits.train, set.splits.validation, set.splits.test ?? []].map((rows) => [rows.filter(({ label }) => label === "ham").length, rows.filter(({ label }) => label === "spam").length]);
    expect(counts).toEqual([[818, 818], [100, 100], [200, 200]]);
    expect(progress).toBe(6046);
    expect(set.notices.map(({ code }) => code)).toEqual(["sample"]);
    for (const { fields } of set.splits.train) expect(fields.text.length).toBeLessThanOrEqual(4000);
  });

  it("has no near-duplicate of a test mail in train or validation, by exact comparison of all pairs", () => {
    const sets = (rows: readonly { fields: Readonly<Record<string, string>> }[], words?: number): Uint32Array[] => rows.map(({ fields }) => shinglesOf(wordHashes(wordsOf(fields.text)).slice(0, words)));
    for (const words of [undefined, 60]) {
      const others = sets([...set.splits.train, ...set.splits.validation], words);
      let nearest = 0;
      for (const own of sets(set.splits.test ?? [], words)) for (const other of others) nearest = Math.max(nearest, jaccard(own, other));
      console.log(`${words ? `first ${words} words` : "first 4,000 characters"}: nearest pair ${nearest.toFixed(3)}`);
      expect(nearest).toBeLessThan(words ? 0.6 : 0.8);
    }
  });

  it("gives the same rows on every machine (a change here needs a new preparationVersion)", () => {
    expect(set.hash).toBe("ce12af8304c2bd79c2b8f43308ebc9e332936d587bb21ad1fdff9593bbe4d574");
  });

  it("can be limited, balanced and by the seed", async () => {
    const limited = await loadDataset({ sample: "spam-assassin", limit: { train: 40, test: 20 } }, { slots: ["text"], answer: "label", labels: ["ham", "spam"] }, 7, ".", { cache });
    const count = (split: "train" | "validation" | "test", label: string): number => limited.splits[split]!.filter((example) => example.label === label).length;
    expect([count("train", "ham"), count("train", "spam"), count("test", "ham"), count("test", "spam")]).toEqual([20, 20, 10, 10]);
    expect(limited.splits.validation).toHaveLength(set.splits.validation.length);
    const whole = new Set(set.splits.train.map(({ index }) => index));
    expect(limited.splits.train.every(({ index }) => whole.has(index))).toBe(true);
  });

  it("is kept in the cache folder, and prepared anew when the copy is damaged", async () => {
    const file = path.join(cache, "samples", "spam-assassin-1", "train.jsonl");
    const before = await stat(file);
    expect(await describeSample("spam-assassin", { cache })).toMatch(/mails +6046\n[^]*test +400 \(200 ham, 200 spam\)/);
    expect((await stat(file)).mtimeMs).toBe(before.mtimeMs);
    const whole = await readFile(file);
    await writeFile(file, whole.subarray(0, 1000));
    let prepared = 0;
    expect(await describeSample("spam-assassin", { cache, onProgress: (done) => void (prepared = done) })).toContain("6046");
    expect(prepared).toBe(6046);
    expect((await readFile(file)).equals(whole)).toBe(true);
  }, 120_000);
});
