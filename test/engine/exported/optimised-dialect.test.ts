import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { widenBfloat16, widenFloat16 } from "../../../src/adapter/half-floats.js";
import { RandomSource } from "../../../src/common/random.js";
import { createExportedProgram } from "../../../src/engine/exported/exported-program.js";
import { openExportedModel } from "../../../src/engine/exported/open-exported-model.js";
import { float, int, ints } from "../../../src/engine/graph/attribute.js";
import { GraphBuilder } from "../../../src/engine/graph/builder.js";
import { Graph } from "../../../src/engine/graph/graph.js";
import { floatInitializer, floatValues } from "../../../src/engine/graph/initializer.js";
import type { Head, Sequence } from "../../../src/engine/program.js";
import { serializeModel } from "../../../src/engine/onnx/model-file.js";
import { verifyGradient } from "../../../src/engine/verify/finite-difference-check.js";

const folder = mkdtempSync(join(tmpdir(), "optimised-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const microsoft = { domain: "com.microsoft" };
const vocabulary = 20;
const width = 64;
const headSize = 16;

/** How the end of the graph is written. */
type Ending = "plain" | "bias" | "capped" | "gemm" | "unknown";

/** A one-layer model as the hub's optimised exports write it: contrib operators, past keys and values as inputs. */
function writeModel(name: string, ending: Ending = "plain", change: (graph: Graph, builder: GraphBuilder) => void = () => {}): string {
  const graph = new Graph();
  graph.opsets.set("", 14);
  const builder = new GraphBuilder(graph, "/model/");
  const random = RandomSource.fromSeed(4);
  const weight = (title: string, shape: number[], scale = 0.2): string =>
    builder.initializer(floatInitializer(title, shape, Array.from({ length: shape.reduce((a, b) => a * b) }, () => random.normal() * scale)));
  builder.input("input_ids", { elementType: "int64", shape: ["batch_size", "sequence_length"] });
  builder.input("attention_mask", { elementType: "int64", shape: ["batch_size", "total_sequence_length"] });
  for (const part of ["key", "value"]) builder.input(`past_key_values.0.${part}`, { elementType: "float32", shape: ["batch_size", 2, "past_sequence_length", headSize] });

  const lengths = builder.add("Cast", [builder.add("Sub", [builder.add("ReduceSum", ["attention_mask", builder.integers([1])], { attributes: { keepdims: int(0) } }), builder.integers([1])])], { attributes: { to: int(6) } });
  const total = builder.add("Cast", [builder.add("Gather", [builder.add("Shape", ["attention_mask"]), builder.integer(1)], { attributes: { axis: int(0) } })], { attributes: { to: int(6) } });
  const embedding = builder.add("Gather", [weight("embed_tokens", [vocabulary, width], 0.5), "input_ids"]);
  const norm = { attributes: { axis: int(-1), epsilon: float(1e-5), stash_type: int(1) } };
  const normalized = builder.add("SimplifiedLayerNormalization", [embedding, weight("norm.0", [width], 1)], norm);
  const project = (title: string, columns: number): string => builder.add("MatMul", [normalized, weight(title, [width, columns])]);
  const rows = 32;
  const cache = (turn: (x: number) => number): number[] => Array.from({ length: rows * (headSize / 2) }, (_, i) => turn(Math.floor(i / 8) / 10 ** (i % 8)));
  const [attended, presentKey, presentValue] = builder.addMany(
    "GroupQueryAttention",
    [project("q", width), project("k", 2 * headSize), project("v", 2 * headSize), "past_key_values.0.key", "past_key_values.0.value", lengths, total,
      builder.initializer(floatInitializer("cos_cache", [rows, headSize / 2], cache(Math.cos))), builder.initializer(floatInitializer("sin_cache", [rows, headSize / 2], cache(Math.sin)))],
    3,
    { ...microsoft, attributes: { num_heads: int(4), kv_num_heads: int(2), do_rotary: int(1), local_window_size: int(-1) } },
  );
  const projected = builder.add("MatMul", [attended, weight("o", [width, width])]);
  const [middle, , , sum] = builder.addMany("SkipSimplifiedLayerNormalization", [embedding, projected, weight("norm.1", [width], 1)], 4, { ...microsoft, attributes: { epsilon: float(1e-5) } });
  const gate = builder.add("MatMul", [middle, weight("gate", [width, 96])]);
  const fed = builder.add("Mul", [builder.add("Mul", [gate, builder.add("Sigmoid", [gate])]), builder.add("MatMul", [middle, weight("up", [width, 96])])]);
  const down = builder.add("MatMul", [fed, weight("down", [96, width])]);
  // "weights" is also the name of an input of ours.
  const [final] = builder.addMany("SkipSimplifiedLayerNormalization", [sum, down, weight("weights", [width], 1)], 1, { ...microsoft, attributes: { epsilon: float(1e-5) } });

  if (ending === "gemm") {
    const flat = builder.add("Gemm", [builder.add("Reshape", [final, builder.integers([-1, width])]), weight("head", [vocabulary, width])], { attributes: { transB: int(1) } });
    const shape = builder.add("Concat", [builder.add("Shape", ["input_ids"]), builder.integers([vocabulary])], { attributes: { axis: int(0) } });
    builder.outputAs(builder.add("Reshape", [flat, shape]), "logits");
  } else {
    const scores = builder.add("MatMul", [final, weight("head", [width, vocabulary])]);
    if (ending === "plain") builder.outputAs(scores, "logits");
    if (ending === "bias") builder.outputAs(builder.add("Add", [weight("head.bias", [vocabulary]), scores]), "logits");
    if (ending === "capped") {
      const cap = builder.initializer(floatInitializer("cap", [1, 1, 1], [3]));
      builder.outputAs(builder.add("Mul", [builder.add("Tanh", [builder.add("Div", [scores, cap])]), builder.scalar(3)]), "logits");
    }
    if (ending === "unknown") builder.outputAs(builder.add("Transpose", [builder.add("Sin", [builder.add("Transpose", [scores], { attributes: { perm: ints([1, 0, 2]) } })])], { attributes: { perm: ints([1, 0, 2]) } }), "logits");
  }
  builder.outputAs(presentKey, "present.0.key");
  builder.outputAs(presentValue, "present.0.value");
  change(graph, builder);
  const file = join(folder, `${name}.onnx`);
  writeFileSync(file, serializeModel(graph));
  return file;
}

const prompt = Float32Array.from({ length: 3 * width }, (_, i) => Math.sin(i * 1.7) / 2);
const batch = (targets: readonly number[]): Sequence[] => [
  { tokens: Int32Array.of(-1, -1, -1, 5, 9, 2), virtualTokens: Int32Array.of(0, 1, 2, -1, -1, -1), scored: [{ row: 4, target: targets[0] }, { row: 5, target: targets[1], weight: 0.5 }] },
  { tokens: Int32Array.of(7, -1, -1, -1), virtualTokens: Int32Array.of(-1, 0, 1, 2), scored: [{ row: 3, target: targets[2] }] },
];
const words: Head = { kind: "words", tokenIds: Int32Array.of(3, 11, 4) };

describe("a model in the dialect of optimised exports", () => {
  it.each(["plain", "bias", "capped", "gemm", "unknown"] as const)("trains, with the end written as: %s", async (ending) => {
    const model = await openExportedModel(writeModel(ending, ending));
    expect([model.vocabularySize, model.hiddenSize, model.output.product !== undefined]).toEqual([vocabulary, width, ending !== "unknown"]);
    const notices: string[] = [];
    const program = createExportedProgram({ model, virtualTokens: 3, head: words, onNotice: (code) => notices.push(code) });
    const check = await verifyGradient(program, batch([0, 2, 1]), { prompt }, { directions: 6, random: RandomSource.fromSeed(1) });
    expect(check.passed, check.relativeErrors.join(", ")).toBe(true);
    expect(notices).toEqual(ending === "unknown" ? ["whole-logits"] : []);

    // The few words' probabilities are those of the whole vocabulary, restricted.
    const whole = createExportedProgram({ model, virtualTokens: 3, head: { kind: "vocabulary" } });
    const few = await program.score(batch([0, 2, 1]), { prompt });
    const all = await whole.score(batch([3, 4, 11]), { prompt });
    few.logProbabilities.flat().forEach((row, n) => {
      const chosen = [...words.tokenIds].map((id) => all.logProbabilities.flat()[n][id]);
      const total = Math.log(chosen.reduce((sum, log) => sum + Math.exp(log), 0));
      row.forEach((log, c) => expect(log).toBeCloseTo(chosen[c] - total, 4));
    });
    await program.dispose();
    await whole.dispose();
  });

  it("gives the untouched model's logits where no prompt is inserted", async () => {
    const { InferenceSession, Tensor } = await import("onnxruntime-node");
    const file = writeModel("untouched");
    const session = await InferenceSession.create(file);
    const past = new Tensor("float32", new Float32Array(0), [1, 2, 0, headSize]);
    const ids = new Tensor("int64", BigInt64Array.of(4n, 8n, 15n, 16n), [1, 4]);
    const { logits } = await session.run({ input_ids: ids, attention_mask: new Tensor("int64", new BigInt64Array(4).fill(1n), [1, 4]), "past_key_values.0.key": past, "past_key_values.0.value": past });
    const program = createExportedProgram({ model: await openExportedModel(file), virtualTokens: 0, head: { kind: "vocabulary" } });
    const scored = [0, 1, 2, 3].map((row) => ({ row, target: 0 }));
    const { logProbabilities } = await program.score([{ tokens: Int32Array.of(4, 8, 15, 16), virtualTokens: new Int32Array(4).fill(-1), scored }], {});
    logProbabilities[0].forEach((row, n) => {
      const wanted = [...(logits.data as Float32Array).subarray(n * vocabulary, (n + 1) * vocabulary)];
      const total = Math.log(wanted.reduce((sum, score) => sum + Math.exp(score), 0));
      row.forEach((log, c) => expect(log).toBeCloseTo(wanted[c] - total, 4));
    });
    await program.dispose();
  });
});

/** Upper bits of a float32 as bfloat16, or cut to binary16 (for numbers of ordinary size). */
function halve(values: Float32Array, to: "float16" | "bfloat16"): Uint16Array {
  const bits = new Uint32Array(values.slice().buffer);
  return Uint16Array.from(bits, (word) => {
    if (to === "bfloat16") return word >>> 16;
    const exponent = ((word >>> 23) & 0xff) - 112;
    return ((word >>> 16) & 0x8000) | (exponent <= 0 ? 0 : (exponent << 10) | ((word >>> 13) & 0x3ff));
  });
}

describe.each(["float16", "bfloat16"] as const)("a model in %s", (elementType) => {
  it("computes what the same weights give in float32", async () => {
    const results = [];
    for (const widened of [false, true]) {
      const file = writeModel(`${elementType} ${widened}`, "plain", (graph) => {
        for (const [name, initializer] of graph.initializers) {
          const values = floatValues(initializer);
          if (!values) continue;
          const half = halve(values, elementType);
          const view = new DataView(half.buffer);
          const wide = (elementType === "float16" ? widenFloat16 : widenBfloat16)(view, 0, half.length);
          graph.initializers.set(name, widened ? { ...initializer, data: new Uint8Array(wide.buffer) } : { ...initializer, elementType, data: new Uint8Array(half.buffer) });
        }
        if (!widened) graph.inputs = graph.inputs.map((input) => (input.elementType === "float32" ? { ...input, elementType } : input));
      });
      const model = await openExportedModel(file);
      const program = createExportedProgram({ model, virtualTokens: 3, head: words });
      results.push({ step: await program.step(batch([0, 2, 1]), { prompt }), rows: model.readEmbeddings().gather([3, 7]) });
      await program.dispose();
    }
    const [half, wide] = results;
    expect(half.step.loss).toBeCloseTo(wide.step.loss, 5);
    half.step.gradients.prompt.forEach((value, i) => expect(value).toBeCloseTo(wide.step.gradients.prompt[i], 5));
    expect(half.rows).toEqual(wide.rows);
  });
});

describe("models that cannot be used are refused with the reason and a way on", () => {
  const refused: [string, (graph: Graph, builder: GraphBuilder) => void, RegExp][] = [
    ["embeddings as the input", (graph) => (graph.inputs[0] = { name: "inputs_embeds", elementType: "float32", shape: ["b", "t", width] }), /inputs_embeds/],
    ["no token ids", (graph) => graph.inputs.splice(0, 1), /input_ids/],
    ["a fixed batch", (graph) => (graph.inputs[0] = { ...graph.inputs[0], shape: [1, "t"] }), /\[1, t\].*dynamic axes/],
    ["past keys of unknown heads that are read", (graph, builder) => {
      graph.inputs[2] = { ...graph.inputs[2], shape: ["b", "h", "p", headSize] };
      builder.outputAs(builder.add("Identity", ["past_key_values.0.key"]), "present.copy");
    }, /past_key_values\.0\.key.*decoder_model\.onnx/],
    ["an old operator set", (graph) => graph.opsets.set("", 11), /operator set 11/],
    ["no logits", (graph) => (graph.outputs = graph.outputs.slice(1)), /logits/],
    ["branches", (graph) => graph.nodes.push({ name: "branch", operator: "If", domain: "", inputs: ["c"], outputs: ["d"], attributes: { then_branch: { kind: "graph", value: new Graph() } } }), /branch.*decoder_model\.onnx/],
    ["an operator without a rule", (graph) => (graph.nodes.find((node) => node.operator === "Sigmoid")! as { operator: string }).operator = "Hardmax", /Hardmax/],
    ["a quantised table", (graph) => Object.assign(graph.nodes.find((node) => node.inputs[0] === "embed_tokens")!, { operator: "GatherBlockQuantized", domain: "com.microsoft" }), /quantised table.*model_fp16\.onnx/],
  ];
  it.each(refused)("%s", async (name, change, message) => {
    const file = writeModel(`refused ${name}`, "plain", change);
    const attempt = async (): Promise<unknown> => createExportedProgram({ model: await openExportedModel(file), virtualTokens: 3, head: words }).step(batch([0, 1, 2]), { prompt });
    const error = await attempt().then(() => undefined, (caught: unknown) => caught as { name: string; describe(): string; advice?: string });
    expect(error?.name).toBe("PromptTuningError");
    expect(error?.describe()).toMatch(message);
    expect(error?.advice).toBeTruthy();
  });

  it("a light head on a model whose end is not recognised", async () => {
    const model = await openExportedModel(writeModel("linear", "unknown"));
    expect(() => createExportedProgram({ model, virtualTokens: 3, head: { kind: "linear", classes: 2 } })).toThrow(/light head/);
  });

  it("a file that is not there", async () => {
    await expect(openExportedModel(join(folder, "missing.onnx"))).rejects.toMatchObject({ name: "PromptTuningError", kind: "model" });
  });
});
