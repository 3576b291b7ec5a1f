import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildVerbalizerTree, defaultVerbalizer, labelLogProbabilities, type VerbalizerTree } from "../../src/tasks/verbalizer.js";
import { bytes, byteTokenizer, endId } from "./byte-tokenizer.js";
import { logSoftmax } from "./hash-program.js";

const tree = (verbalizer: Record<string, string>, tokenizer = byteTokenizer()) => buildVerbalizerTree(new Map(Object.entries(verbalizer)), tokenizer);
const prefixes = ({ nodes }: VerbalizerTree) => nodes.map(({ prefix }) => new TextDecoder().decode(Uint8Array.from(prefix)));

describe("verbalizer tree", () => {
  it("needs one sequence and one node for labels that differ in their first token", () => {
    const made = tree({ ham: "no", spam: "yes" });
    expect([...made.tokenIds]).toEqual(bytes("ny"));
    expect(made.nodes.map(({ prefix, allowed }) => [prefix.length, [...allowed]])).toEqual([[0, [0, 1]]]);
    expect(made.steps).toEqual([[{ node: 0, target: 0 }], [{ node: 0, target: 1 }]]);
    expect(made.paths.map(({ tokens, nodes }) => [[...tokens], nodes])).toEqual([[[], [0]]]);
  });

  it("scores only where labels part, each place once", () => {
    const made = tree({ a: "xa", b: "xbp", c: "xbq", d: "yr", e: "ys" });
    expect(prefixes(made)).toEqual(["", "x", "xb", "y"]);
    expect(made.paths.map(({ tokens, nodes }) => [new TextDecoder().decode(Uint8Array.from(tokens)), nodes])).toEqual([
      ["xb", [0, 1, 2]],
      ["y", [3]],
    ]);
  });

  it("ends every label where one begins another", () => {
    const made = tree({ a: "x", b: "xy", c: "z" });
    expect([...made.tokenIds]).toEqual([...bytes("xyz"), endId]);
    expect(made.nodes[1]).toEqual({ prefix: Int32Array.from(bytes("x")), allowed: Int32Array.of(1, 3) });
    expect([...tree({ a: "x", b: "xy" }, byteTokenizer({ endOfText: false })).tokenIds]).toEqual(bytes("\ny"));
  });

  it.each([
    ["one label", { a: "x" }],
    ["no label", {}],
    ["words without a token", { a: "x", b: "" }],
    ["equal words", { a: "x", b: "x" }],
    ["the end token among words", { a: "x", b: "x<|end|>" }],
  ])("refuses %s", (_, verbalizer) => {
    expect(() => tree(verbalizer as Record<string, string>)).toThrowError(expect.objectContaining({ kind: "experiment" }));
  });

  it("gives every label its own words after a space when there is no verbalizer", () => {
    expect([...defaultVerbalizer(["b", "a", "b", "constructor", "__proto__"])]).toEqual([
      ["__proto__", " __proto__"],
      ["a", " a"],
      ["b", " b"],
      ["constructor", " constructor"],
    ]);
  });

  it("makes probabilities that sum to 1, equal to the product of the softmaxes on each label's way", () => {
    const labels = fc.uniqueArray(fc.stringMatching(/^[ab]{1,4}$/), { minLength: 2, maxLength: 12 });
    fc.assert(
      fc.property(labels, fc.integer(), (words, seed) => {
        const made = tree(Object.fromEntries(words.map((word) => [word, word])));
        const score = (prefix: readonly number[], token: number) => (Math.imul(prefix.reduce((sum, id) => Math.imul(sum, 31) + id, seed) ^ token, 0x9e3779b1) >>> 8) % 7;
        const nodeScores = made.nodes.map(({ prefix, allowed }) =>
          logSoftmax(
            Array.from(made.tokenIds, (id) => score([...prefix], id)),
            allowed,
          ),
        );
        const found = labelLogProbabilities(made, nodeScores);
        expect(found.reduce((sum, value) => sum + Math.exp(value), 0)).toBeCloseTo(1, 9);

        // By hand: at every token of a label, the softmax over the tokens with which a label goes on from there.
        const ends = words.some((a) => words.some((b) => a !== b && b.startsWith(a)));
        const paths = words.map((word) => [...bytes(word), ...(ends ? [endId] : [])]);
        const expected = paths.map((path) =>
          path.reduce((sum, token, depth) => {
            const prefix = path.slice(0, depth);
            const next = [...new Set(paths.filter((other) => prefix.every((id, at) => other[at] === id)).map((other) => other[depth]))];
            return sum + score(prefix, token) - Math.log(next.reduce((total, id) => total + Math.exp(score(prefix, id)), 0));
          }, 0),
        );
        // Object keys keep their order here: no word is a number.
        expected.forEach((value, label) => expect(found[label]).toBeCloseTo(value, 9));

        // Every node is scored by exactly one path, at a place on that path.
        const scored = made.paths.flatMap(({ nodes }) => nodes);
        expect([...scored].sort((a, b) => a - b)).toEqual(made.nodes.map((_, node) => node));
        for (const { tokens, nodes } of made.paths) for (const node of nodes) expect([...tokens.subarray(0, made.nodes[node].prefix.length)]).toEqual([...made.nodes[node].prefix]);
      }),
      { numRuns: 300 },
    );
  });
});
