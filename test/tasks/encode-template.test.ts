import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createTemplateEncoder, type TemplateEncoderOptions } from "../../src/tasks/encode-template.js";
import { parseTemplate, withHardPrompt } from "../../src/tasks/template.js";
import { beginId, bytes, byteTokenizer, endId } from "./byte-tokenizer.js";

function encoder(source: string, options: Partial<TemplateEncoderOptions> = {}) {
  return createTemplateEncoder(parseTemplate(source, "label").template, { tokenizer: byteTokenizer(), contextLength: 1000, ...options });
}

describe("encoding a row", () => {
  it("joins the pieces; a virtual token has no token id and a token no row", () => {
    const { tokens, virtualTokens } = encoder("M:{text}\n{soft:2}S{soft:1}:").encode({ text: "hé" });
    expect([...tokens]).toEqual([...bytes("M:hé\n"), -1, -1, ...bytes("S"), -1, ...bytes(":")]);
    expect([...virtualTokens]).toEqual([...bytes("M:hé\n").map(() => -1), 0, 1, -1, 2, -1]);
  });

  it("moves the last space before a column or the answer to it", () => {
    const seen: string[] = [];
    const plain = byteTokenizer();
    const tokenizer = { ...plain, encode: (text: string, options?: object) => (seen.push(text), plain.encode(text, options)) };
    const made = encoder("Message:  {a} {b}{soft:1}{a} Spam: {label}", { tokenizer });
    made.encode({ a: "x", b: "y" });
    expect(seen).toEqual(["Message: ", " Spam:", " x", " y", "x"]);
    expect(made.answerText("yes")).toBe(" yes");
    expect(made.answerText(" yes")).toBe(" yes");
    expect(encoder("Spam:{label}").answerText("yes")).toBe("yes");
  });

  it("moves nothing out of a hard prompt or over a soft slot", () => {
    const template = withHardPrompt(parseTemplate("a {soft:2}{text}", "label").template, "hard ");
    const made = createTemplateEncoder(template, { tokenizer: byteTokenizer(), contextLength: 100, maxTokens: { text: 1 } });
    expect([...made.encode({ text: "xy" }).tokens]).toEqual(bytes("a hard x"));
    expect([...encoder("a {soft:1}{text}", { maxTokens: { text: 1 } }).encode({ text: "xy" }).tokens]).toEqual([...bytes("a "), -1, ...bytes("x")]);
  });

  it("reads special tokens in the template, never in a column", () => {
    expect([...encoder("<|end|>{text}").encode({ text: "<|end|>" }).tokens]).toEqual([endId, ...bytes("<|end|>")]);
  });

  it("cuts a column's own tokens at maxTokens and counts them", () => {
    const { tokens, cutByMaximum, cutByContext } = encoder("{a}|{b}", { maxTokens: { a: 3 } }).encode({ a: "abcde", b: "fghij" });
    expect([...tokens]).toEqual(bytes("abc|fghij"));
    expect([cutByMaximum, cutByContext]).toEqual([2, 0]);
  });

  it("cuts the longest column first when the context is too short", () => {
    const made = encoder("{a}|{b}", { contextLength: 10, answerTokens: 2 });
    expect([...made.encode({ a: "aaaaaaaa", b: "bb" }).tokens]).toEqual(bytes("aaaaa|bb"));
    expect([...made.encode({ a: "aaaaaaaa", b: "bbbbbb" }).tokens]).toEqual(bytes("aaa|bbbb"));
    expect(made.encode({ a: "aaaaaaaa", b: "bbbbbb" }).cutByContext).toBe(7);
  });

  it("refuses a template that does not fit even without its columns", () => {
    expect(() => encoder("{soft:8}ab", { contextLength: 10 }).encode({})).not.toThrow();
    expect(() => encoder("{soft:8}abc", { contextLength: 10 })).toThrowError(expect.objectContaining({ kind: "experiment" }));
    expect(() => encoder("{soft:8}ab", { contextLength: 10, answerTokens: 1 })).toThrowError(expect.objectContaining({ kind: "experiment" }));
  });

  it("names a missing column; no key of Object.prototype is one", () => {
    for (const name of ["text", "constructor", "toString", "__proto__"])
      expect(() => encoder(`{${name}}`).encode({})).toThrowError(expect.objectContaining({ kind: "data", message: expect.stringContaining(`{${name}}`) }));
  });

  it("gives an answer that nothing precedes a token to follow", () => {
    expect([...encoder("{text}").encode({ text: "" }).tokens]).toEqual([endId]);
    expect([...encoder("{text}", { tokenizer: byteTokenizer({ beginOfText: true }) }).encode({ text: "" }).tokens]).toEqual([beginId]);
    expect(() => encoder("{text}", { tokenizer: byteTokenizer({ endOfText: false }) }).encode({ text: "" })).toThrowError(expect.objectContaining({ kind: "experiment" }));
  });

  it("begins with the begin-of-text token where the model's own tokenizer does", () => {
    const tokenizer = byteTokenizer({ beginOfText: true, addsBegin: true });
    expect([...encoder("{soft:1}a{text}", { tokenizer }).encode({ text: "b" }).tokens]).toEqual([beginId, -1, ...bytes("ab")]);
  });

  it("always fits, keeps the literal text, and accounts for every token", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b", " "), maxLength: 40 });
    fc.assert(
      fc.property(text, text, fc.integer({ min: 12, max: 60 }), fc.integer({ min: 0, max: 4 }), fc.integer({ min: 1, max: 30 }), (a, b, contextLength, answerTokens, maximum) => {
        const made = encoder("X{a}Y{soft:3}{b}ZZ", { contextLength, answerTokens, maxTokens: { b: maximum } });
        const { tokens, virtualTokens, cutByMaximum, cutByContext } = made.encode({ a, b });
        expect(tokens.length).toBe(virtualTokens.length);
        expect(tokens.length).toBeLessThanOrEqual(contextLength - answerTokens);
        expect(tokens.length + cutByMaximum + cutByContext).toBe(7 + a.length + b.length);
        expect(cutByContext === 0 || tokens.length === contextLength - answerTokens).toBe(true);
        const literal = [...tokens].filter((id) => bytes("XYZ").includes(id));
        expect(literal).toEqual(bytes("XYZZ"));
        expect([...virtualTokens].filter((row) => row >= 0)).toEqual([0, 1, 2]);
        expect([...tokens].every((id, at) => id >= 0 !== virtualTokens[at] >= 0)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
