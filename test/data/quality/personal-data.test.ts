import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isCardNumber, isIban, PersonalDataCounter, personalDataHintsSchema, personalDataIn } from "../../../src/data/quality/personal-data.js";
import { openShared, sharedData } from "../rows-of.js";

const hints = (text: string): string[] => [...personalDataIn(text)].map(({ kind, found }) => `${kind} ${found}`);

describe("personal data hints", () => {
  it.each([
    ["mail ann.o'neil+x@mail.example.co.uk.", ["email ann.o'neil+x@mail.example.co.uk"]],
    ["call +44 7797 706009 now", ["phone +44 7797 706009"]],
    ["0808 145 4742 or 08712101358", ["phone 0808 145 4742", "phone 08712101358"]],
    ["(678) 223-3699, 410-336-3234", ["phone (678) 223-3699", "phone 410-336-3234"]],
    ["IBAN DE89 3704 0044 0532 0130 00", ["iban DE89 3704 0044 0532 0130 00"]],
    ["card 4111 1111 1111 1111", ["card 4111 1111 1111 1111"]],
  ])("are found in %j", (text, expected) => {
    expect(hints(text)).toEqual(expected);
  });

  it.each([
    "in 2004-10-31, 01-02-2003 and 31.12.1999",
    "1990-1995, 1,000,000,000 and 12345678",
    "3.14159265358979",
    "version 10.0.19041.1237, at 192.168.100.200",
    "card 4111 1111 1111 1112",
    "IBAN DE89 3704 0044 0532 0130 01",
    "a @ b, @name, user@localhost, @@@",
    "0000000000",
    "id a0123456789b",
  ])("are not found in %j", (text) => {
    expect(hints(text)).toEqual([]);
  });

  it("are counted by row and shown masked", () => {
    const counter = new PersonalDataCounter();
    counter.add("nothing");
    counter.add("ann@example.com bob@example.com 07797706009");
    const { affectedRows, found } = personalDataHintsSchema.parse(JSON.parse(JSON.stringify(counter.result())));
    expect(affectedRows).toBe(1);
    expect(found.email).toEqual({ rows: 1, occurrences: 2, examples: [{ row: 1, shown: "an•@•••••••••om" }] });
    expect(found.phone.examples[0].shown).toBe("07•••••••09");
  });

  it("know check digits: of ten last digits of a card one is valid, and a changed digit is noticed", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 ** 14 - 1 }), (number) => {
        const start = `4${String(number).padStart(14, "0")}`;
        expect([..."0123456789"].filter((digit) => isCardNumber(start + digit))).toHaveLength(1);
      }),
    );
    expect(isIban("GB82WEST12345698765432")).toBe(true);
    for (let at = 4; at < 22; at++) expect(isIban("GB82WEST12345698765432".replace(/./g, (c, i) => (i === at ? (c === "0" ? "1" : "0") : c)))).toBe(false);
  });

  it("cope with anything, also with long runs that almost match", () => {
    fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => void [...personalDataIn(text)]));
    for (const text of ["a".repeat(200_000), "a@".repeat(50_000), "1 ".repeat(100_000), "1-".repeat(100_000), `${"a.".repeat(100_000)}@`, "DE12 ".repeat(40_000)]) expect([...personalDataIn(text)].length).toBeGreaterThanOrEqual(0);
  });
});

describe.skipIf(!sharedData)("personal data hints of real data (../shared/data)", () => {
  it("are the telephone numbers of sms_spam, and none in sets without any", async () => {
    const count = async (file: string): Promise<PersonalDataCounter> => {
      const counter = new PersonalDataCounter();
      for await (const { rows } of (await openShared(file))()) for (const cells of rows) counter.add(cells.join("\n"));
      return counter;
    };
    // Film reviews, questions to a bank, restaurants' facts: every hit would be a false one.
    for (const file of ["sst2/train.tsv", "mr/all.tsv", "subj/all.tsv", "cr/all.tsv", "banking77/train.tsv", "e2e_nlg/train.jsonl", "boolq/val.jsonl"]) expect((await count(file)).result().affectedRows, file).toBe(0);
    const { found } = (await count("sms_spam/all.tsv")).result();
    console.log(`sms_spam/all.tsv: telephone numbers in ${found.phone.rows} rows, e-mail addresses in ${found.email.rows}`);
    expect(found.phone.rows).toBeGreaterThan(350);
    expect([found.iban.rows, found.card.rows]).toEqual([0, 0]);
  });
});
