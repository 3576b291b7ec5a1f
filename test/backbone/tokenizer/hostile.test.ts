import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PromptTuningError } from "../../../src/common/errors.js";
import { createTokenizerFromJson } from "../../../src/backbone/tokenizer/from-json.js";
import { oddString } from "./texts.js";
import { smallJson } from "./small-json.js";

/** Bytes that this process holds. Compared before and after a case: what a case allocates is at most the difference. */
function memory(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const nastyValues = [
  null,
  true,
  0,
  -1,
  1.5,
  1e308,
  2 ** 31,
  2 ** 53,
  1_048_575,
  "",
  "__proto__",
  "constructor",
  "\ud800",
  "\u0000",
  "\u202e",
  "(a+)+$",
  "(?:(?:a|aa)+)+b",
  "\\p{N}",
  "[",
  "Ġ",
  "x".repeat(5000),
  "Sequence",
  "ByteLevel",
  "Split",
  "Replace",
  "Metaspace",
  "TemplateProcessing",
  [],
  {},
  [[[[[[]]]]]],
  { type: "Split", pattern: { Regex: "(a+)+$" }, behavior: "Isolated", invert: false },
  { type: "Replace", pattern: { String: "" }, content: "x".repeat(1000) },
  { type: "Sequence", pretokenizers: [{ type: "Sequence", pretokenizers: [] }] },
  { type: "Prepend", prepend: "x".repeat(1000) },
  { "<s>": 0 },
];

/** Where in the file a change is made: a walk down from the root. */
const path = fc.array(fc.nat(400), { minLength: 1, maxLength: 4 });
const change = fc.oneof(
  fc.record({ kind: fc.constant("replace" as const), path, value: fc.oneof(fc.constantFrom(...nastyValues), fc.jsonValue({ maxDepth: 2 })) }),
  fc.record({ kind: fc.constant("remove" as const), path }),
  fc.record({ kind: fc.constant("add" as const), path, key: fc.constantFrom("__proto__", "constructor", "type", "toString", "Ā", "<s>", "q"), value: fc.constantFrom(...nastyValues) }),
  fc.record({ kind: fc.constant("copy" as const), path, from: path }),
  fc.record({ kind: fc.constant("text" as const), at: fc.nat(6000), value: fc.constantFrom("", "{", "}", "[", "]", ",", '"', "\\", "1e999", "\u0000", "null", "[".repeat(50)) }),
);
type Change = typeof change extends fc.Arbitrary<infer Value> ? Value : never;
type Container = Record<string, unknown>;

function walk(root: Container, steps: readonly number[]): { parent: Container; key: string } | undefined {
  let parent: unknown = root;
  let key = "";
  for (const [index, step] of steps.entries()) {
    const keys = typeof parent === "object" && parent !== null ? Object.keys(parent) : [];
    if (keys.length === 0) return undefined;
    key = keys[step % keys.length];
    if (index < steps.length - 1) {
      const next: unknown = (parent as Container)[key];
      if (typeof next !== "object" || next === null || Object.keys(next).length === 0) break;
      parent = next;
    }
  }
  return { parent: parent as Container, key };
}

function define(target: Container, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
}

function apply(changes: readonly Change[]): string {
  const json = smallJson() as Container;
  const texts: { at: number; value: string }[] = [];
  for (const edit of changes) {
    if (edit.kind === "text") {
      texts.push(edit);
      continue;
    }
    const place = walk(json, edit.path);
    if (!place) continue;
    const { parent, key } = place;
    if (edit.kind === "replace") define(parent, key, structuredClone(edit.value));
    else if (edit.kind === "remove") delete parent[key];
    else if (edit.kind === "add") define(parent, edit.key, structuredClone(edit.value));
    else {
      const source = walk(json, edit.from);
      if (source) define(parent, key, structuredClone(source.parent[source.key]));
    }
  }
  let text = JSON.stringify(json);
  for (const { at, value } of texts) {
    const from = at % (text.length + 1);
    text = text.slice(0, from) + value + text.slice(from + (at % 7));
  }
  return text;
}

describe("hostile tokenizer.json files", () => {
  it("10,000 damaged files: a tokenizer that works, or a typed error", () => {
    const counts = { usable: 0, refused: 0 };
    let slowest = 0;
    let most = 0;
    const probe = `${oddString(1)} the <s>in</s> __proto__ aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!`;
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        const text = apply(changes);
        const before = memory();
        const started = performance.now();
        try {
          const tokenizer = createTokenizerFromJson(text, '{"eos_token":"</s>"}');
          for (const options of [{}, { allowSpecial: false }, { addSpecialTokens: true }]) {
            const ids = tokenizer.encode(probe, options);
            tokenizer.decode(ids);
            for (const id of ids) tokenizer.displayToken(id);
          }
          counts.usable++;
        } catch (error) {
          if (!(error instanceof PromptTuningError) || error.kind !== "model" || error.describe().length > 1500) throw error;
          expect(error.describe()).not.toMatch(/[\p{C}\u2028\u2029]/u);
          counts.refused++;
        }
        slowest = Math.max(slowest, performance.now() - started);
        const used = memory() - before;
        most = Math.max(most, used);
        expect(used).toBeLessThan(2 * text.length + 64 * 1024 * 1024);
        expect(Object.keys(Object.prototype)).toEqual([]);
      }),
      { numRuns: 10_000, seed: 3 },
    );
    console.log(`tokenizer.json: ${counts.usable + counts.refused} damaged files, ${counts.usable} usable, ${counts.refused} refused, slowest ${slowest.toFixed(0)} ms, most memory ${(most / 1e6).toFixed(1)} MB`);
    expect(counts.usable + counts.refused).toBe(10_000);
    expect(counts.refused).toBeGreaterThan(4_000);
    expect(counts.usable).toBeGreaterThan(500);
  }, 300_000);
});
