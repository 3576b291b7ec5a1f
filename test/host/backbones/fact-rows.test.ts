import { expect, it, vi } from "vitest";
import type { ModelFacts } from "../../../src/backbone/facts/model-facts.js";

/** As much of the editor as the rows need: its language and the filling of sentences. */
vi.mock("vscode", () => ({
  env: { language: "en" },
  l10n: { t: (text: string, ...values: unknown[]) => text.replace(/\{(\d)\}/g, (_, index: string) => String(values[Number(index)])) },
}));
const { factRows } = await import("../../../src/host/backbones/fact-rows.js");

const facts: ModelFacts = {
  name: "owner/tiny", format: "gguf", file: "tiny-Q4_K_M.gguf", description: "owner/tiny on the hub", onDisk: true, family: "llama", bytes: 98_362_432, parameters: 134_515_008,
  weights: [{ type: "Q4_K", share: 0.79 }, { type: "Q8_0", share: 0.209 }, { type: "F32", share: 0.001 }], contextLength: 8192, tokenizer: { kind: "byte-level-bpe", vocabulary: 49_152 }, licence: "apache-2.0",
  memory: { bytes: 1.1e9, vocabularyBytes: 1.5e8, batchSize: 8, textTokens: 40, virtualTokens: 20 }, operators: { missing: [] }, usableInstead: [],
};
const textOf = (given: ModelFacts): string => factRows(given).map(({ label, value, warning }) => `${warning ? "! " : ""}${label}: ${value}`).join("\n");

it("a backbone that can be used: a row a fact", () => {
  expect(textOf(facts)).toBe(
    [
      "Family: llama",
      "Parameters: 135 million",
      "File: tiny-Q4_K_M.gguf, 98 MB",
      "Stored as: Q4_K 79 %, Q8_0 21 %, F32 < 1 %",
      "Longest text: 8192 tokens",
      "Tokenizer: byte-level BPE, 49,152 entries",
      "Licence: apache-2.0",
      "Memory for training: about 1.1 GB (8 texts of 40 tokens, 20 virtual tokens), 150 MB more for generation",
      "Operators: every one has a gradient rule",
      "Gradient: not checked yet",
    ].join("\n"),
  );
});

it("a gradient that was checked shows its figures", () => {
  expect(textOf({ ...facts, gradient: { relativeErrors: [0.0151, 0.00008], tolerance: 0.05, passed: true } })).toContain("Gradient: agrees with differences of the loss (relative errors 0.015, 0.000080)");
});

it("a backbone that cannot be used says so first, with what can be", () => {
  const rows = textOf({ ...facts, operators: { nodes: 80, missing: [{ operator: "Ceil", nodes: 2 }] }, problem: { message: "It cannot be trained through.", reason: "There is no gradient rule for Ceil." }, usableInstead: ["model.onnx"] }).split("\n");
  expect(rows.slice(0, 2)).toEqual(["! Cannot be used: It cannot be trained through. There is no gradient rule for Ceil.", "Can be used instead: model.onnx"]);
  expect(rows).toContain("! Operators: no gradient rule for Ceil (2 ×)");
  expect(rows.some((row) => row.startsWith("Gradient"))).toBe(false);
});
