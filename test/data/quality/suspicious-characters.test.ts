import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SuspicionCounter, suspicionsIn, suspiciousCharactersSchema } from "../../../src/data/quality/suspicious-characters.js";
import { openShared, sharedData } from "../rows-of.js";

const kindsIn = (text: string): string[] => [...new Set([...suspicionsIn(text)].map(({ kind }) => kind))];

describe("suspicious characters", () => {
  it.each([
    ["control", "bell\u0007", "next line \u0085", "escape \u001b[31m red"],
    ["bidirectional", "\u202egnp.exe", "\u2066x\u2069", "a\u200eb"],
    ["invisible", "zero\u200bwidth", "\ufeffmark", "soft\u00adhyphen", "lat\u200din", "\u{e0041}\u{e0042} tags"],
    ["replacement", "lost \ufffd"],
    ["broken", "half \ud83d pair", "non\uffffcharacter"],
    ["private-use", "logo \uf8ff"],
    ["mojibake", "cafÃ©", "itâ€™s", "Â£5", "ï»¿first", "smile ðŸ˜€", "Ð¿Ñ€Ð¸Ð²ÐµÑ‚", "æ—¥æœ¬"],
    ["mixed-scripts", "p\u0430ypal", "\u0391pple", "\u0421OVID"],
  ])("finds %s", (kind, ...texts) => {
    for (const text of texts) expect(kindsIn(text), text).toEqual([kind]);
  });

  it("lets what is ordinary pass", () => {
    for (const text of [
      "tab\tand\r\nbreaks",
      "naïve café, Übergröße, £5, 20 °C, ½",
      "he said “café…” — and left",
      "«IRMÃ» e «CAFÉ»",
      "ÂNGELO, SÃO PAULO, Ã",
      "👩‍👩‍👧 👍🏽 🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f} ❤️",
      "می\u200cخواهم क्\u200dष",
      "Δx = 3 kΩ, µm, λ-calculus",
      "Привет, world",
      "这部电影 日本語 한국어 שלום سلام",
      "",
    ])
      expect(kindsIn(text), text).toEqual([]);
  });

  it("counts rows and occurrences and shows the first ones harmlessly", () => {
    const counter = new SuspicionCounter();
    for (const text of ["fine", "\u202eab\u202c", "plain", "\u0007 cafÃ©"]) counter.add(text);
    const { rows, affectedRows, found } = suspiciousCharactersSchema.parse(JSON.parse(JSON.stringify(counter.result())));
    expect([rows, affectedRows]).toEqual([4, 2]);
    expect(found.bidirectional).toEqual({ rows: 1, occurrences: 2, examples: [{ row: 1, shown: "<U+202E>ab<U+202C>" }] });
    expect(found.control.examples).toEqual([{ row: 3, shown: "␇ cafÃ©" }]);
    expect(found.mojibake).toMatchObject({ rows: 1, occurrences: 1 });
    expect(found.invisible).toEqual({ rows: 0, occurrences: 0, examples: [] });
  });

  it("finds UTF-8 read as Latin-1 wherever two letters beyond ASCII follow each other", () => {
    const letter = fc.constantFrom(..."éèêàùçñöäüßøåжщявדש日本語");
    fc.assert(
      fc.property(fc.array(letter, { minLength: 2, maxLength: 6 }), (letters) => {
        expect(kindsIn(Buffer.from(letters.join(""), "utf8").toString("latin1"))).toContain("mojibake");
      }),
    );
  });

  it("shows nothing that would be invisible, reorder or break a line, whatever the text", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("\u202e", "\u001b[2J", "\ufeff", "\ud800", "\u2028", "Ã©")), { maxLength: 12 }), (parts) => {
        const counter = new SuspicionCounter();
        counter.add(parts.join(""));
        for (const { examples } of Object.values(counter.result().found)) {
          for (const { shown } of examples) {
            expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/u);
            expect(shown.length).toBeLessThan(62 * 10);
          }
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe.skipIf(!sharedData)("suspicious characters of real data (../shared/data)", () => {
  it("are few, and none in clean English sets", async () => {
    for (const file of ["sst2/train.tsv", "mr/all.tsv", "banking77/train.tsv", "sms_spam/all.tsv", "sib200/fra_Latn/train.tsv", "sib200/por_Latn/train.tsv", "sib200/arb_Arab/train.tsv", "sib200/zho_Hans/train.tsv"]) {
      const counter = new SuspicionCounter();
      for await (const { rows } of (await openShared(file))()) for (const cells of rows) counter.add(cells.join("\n"));
      expect(counter.result().affectedRows, file).toBe(0);
    }
  });
});
