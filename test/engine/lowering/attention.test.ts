import { InferenceSession, Tensor } from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { RandomSource } from "../../../src/common/random.js";
import { differentiate } from "../../../src/engine/autodiff/differentiate.js";
import { type Attributes, float, int } from "../../../src/engine/graph/attribute.js";
import { GraphBuilder } from "../../../src/engine/graph/builder.js";
import { Graph } from "../../../src/engine/graph/graph.js";
import { floatInitializer } from "../../../src/engine/graph/initializer.js";
import type { TensorType } from "../../../src/engine/graph/tensor-type.js";
import { lowerOperators } from "../../../src/engine/lowering/lower-operators.js";
import { serializeModel } from "../../../src/engine/onnx/model-file.js";

const random = RandomSource.fromSeed(2);
const draw = (shape: readonly number[]): Tensor => new Tensor("float32", Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal()), shape);
const open = (graph: Graph): Promise<InferenceSession> => InferenceSession.create(serializeModel(graph), { intraOpNumThreads: 1, logSeverityLevel: 4 });

interface Case {
  readonly note: string;
  readonly attributes: Attributes;
  /** Inputs in order: a tensor to feed, a constant, or nothing. */
  readonly inputs: readonly ({ readonly feed: Tensor; readonly type?: TensorType; readonly name?: string } | { readonly constant: Tensor } | undefined)[];
  /** Lengths of the texts; rows behind them are not compared. */
  readonly lengths?: readonly number[];
  readonly outputs?: number;
}

function build(operator: string, { attributes, inputs, outputs = 1 }: Case): { graph: Graph; feeds: Record<string, Tensor> } {
  const graph = new Graph();
  graph.opsets.set("", 21);
  const builder = new GraphBuilder(graph);
  const feeds: Record<string, Tensor> = {};
  const names = inputs.map((input, i) => {
    if (!input) return "";
    if ("constant" in input) return builder.initializer(floatInitializer(`constant${i}`, input.constant.dims, input.constant.data as Float32Array));
    const name = input.name ?? `in${i}`;
    feeds[name] = input.feed;
    const shape = input.feed.dims.map((size, axis) => (axis === input.feed.dims.length - 1 || input.feed.dims.length === 4 ? size : `in${i}_${axis}`));
    return builder.input(name, input.type ?? { elementType: input.feed.type as "float32", shape: input.feed.dims.length === 0 ? [] : shape });
  });
  const made = builder.addMany(operator, names, outputs, { attributes, domain: "com.microsoft" });
  made.forEach((name, i) => builder.outputAs(name, `out${i}`));
  return { graph, feeds };
}

async function compare(operator: string, testCase: Case): Promise<number> {
  const whole = build(operator, testCase);
  const wanted = await (await open(whole.graph)).run(whole.feeds);
  const lowered = build(operator, testCase);
  lowerOperators(lowered.graph);
  expect(lowered.graph.nodes.some((node) => node.operator === operator)).toBe(false);
  const session = await open(lowered.graph);
  const found = await session.run(Object.fromEntries(Object.entries(lowered.feeds).filter(([name]) => session.inputNames.includes(name))));
  let worst = 0;
  for (const name of Object.keys(wanted)) {
    expect(found[name].dims).toEqual(wanted[name].dims);
    const [a, b] = [found[name].data as Float32Array, wanted[name].data as Float32Array];
    const [, time, width] = wanted[name].dims;
    b.forEach((value, i) => {
      const row = Math.floor(i / width) % time;
      const item = Math.floor(i / width / time);
      if (wanted[name].dims.length === 3 && testCase.lengths && row >= testCase.lengths[item]) return;
      worst = Math.max(worst, Math.abs(a[i] - value));
    });
  }
  return worst;
}

const heads = 4;
const groups = 2;
const size = 16;
const cache = (turn: (x: number) => number, width = size / 2, rows = 16): { constant: Tensor } => ({
  constant: new Tensor("float32", Float32Array.from({ length: rows * width }, (_, i) => turn(Math.floor(i / width) / 3 ** (i % width))), [rows, width]),
});
const lengthsOf = (lengths: readonly number[]) => ({ feed: new Tensor("int32", Int32Array.from(lengths, (length) => length - 1), [lengths.length]), type: { elementType: "int32" as const, shape: ["batch"] } });
const total = (time: number) => ({ feed: new Tensor("int32", Int32Array.of(time), [1]), type: { elementType: "int32" as const, shape: [1] } });
const empty = (batch: number) => ({ feed: new Tensor("float32", new Float32Array(0), [batch, heads / groups, 0, size]) });

/** Inputs of GroupQueryAttention for a batch; `past`: absent or empty. */
function grouped(batch: number, time: number, lengths: readonly number[], options: { rotary?: boolean; packed?: boolean; emptyPast?: boolean; half?: number; extra?: Case["inputs"] } = {}): Case["inputs"] {
  const { rotary = true, packed = false, emptyPast = false, half = size / 2, extra = [] } = options;
  const keyValue = (heads / groups) * size;
  return [
    { feed: draw([batch, time, packed ? heads * size + 2 * keyValue : heads * size]) },
    packed ? undefined : { feed: draw([batch, time, keyValue]) },
    packed ? undefined : { feed: draw([batch, time, keyValue]) },
    emptyPast ? empty(batch) : undefined,
    emptyPast ? empty(batch) : undefined,
    lengthsOf(lengths),
    total(time),
    ...(rotary ? [cache(Math.cos, half), cache(Math.sin, half)] : extra.length > 0 ? [undefined, undefined] : []),
    ...extra,
  ];
}
const base = { num_heads: int(heads), kv_num_heads: int(heads / groups) };
const rotary = { ...base, do_rotary: int(1) };
const positions = (rows: readonly (readonly number[])[]) => ({
  feed: new Tensor("int64", BigInt64Array.from(rows.flat(), BigInt), [rows.length, rows[0].length]),
  type: { elementType: "int64" as const, shape: ["batch", "time"] },
});

const groupCases: Case[] = [
  { note: "no past, rotary inside", attributes: rotary, inputs: grouped(2, 5, [5, 5]) },
  { note: "an empty past", attributes: rotary, inputs: grouped(2, 5, [5, 5], { emptyPast: true }) },
  { note: "keys and values given out", attributes: rotary, inputs: grouped(2, 5, [5, 5], { emptyPast: true }), outputs: 3 },
  { note: "padding on the right", attributes: rotary, inputs: grouped(3, 6, [6, 3, 1]), lengths: [6, 3, 1] },
  { note: "no rotary", attributes: base, inputs: grouped(2, 4, [4, 4], { rotary: false }) },
  { note: "packed queries, keys and values", attributes: rotary, inputs: grouped(2, 4, [4, 4], { packed: true }) },
  { note: "interleaved rotary", attributes: { ...rotary, rotary_interleaved: int(1) }, inputs: grouped(1, 5, [5]) },
  { note: "as many key/value heads as heads", attributes: { ...rotary, num_heads: int(2), kv_num_heads: int(2) }, inputs: ((list) => [{ feed: draw([1, 4, 2 * size]) }, ...list.slice(1)])(grouped(1, 4, [4])) },
  { note: "one key/value head", attributes: { num_heads: int(4), kv_num_heads: int(1), do_rotary: int(1) }, inputs: ((list) => [list[0], { feed: draw([1, 4, size]) }, { feed: draw([1, 4, size]) }, ...list.slice(3)])(grouped(1, 4, [4])) },
  { note: "a scale of its own", attributes: { ...rotary, scale: float(0.7) }, inputs: grouped(1, 4, [4]) },
  { note: "a soft cap", attributes: { ...rotary, softcap: float(1.5) }, inputs: grouped(1, 5, [5]) },
  { note: "a local window", attributes: { ...rotary, local_window_size: int(3) }, inputs: grouped(2, 8, [8, 8]) },
  { note: "a window longer than the text", attributes: { ...rotary, local_window_size: int(20) }, inputs: grouped(1, 4, [4]) },
  { note: "positions given", attributes: rotary, inputs: grouped(2, 3, [3, 3], { extra: [positions([[0, 1, 2], [0, 1, 2]])] }) },
  { note: "an attention bias shared by the heads", attributes: rotary, inputs: grouped(2, 4, [4, 4], { extra: [undefined, { feed: draw([1, 1, 4, 4]) }] }) },
  { note: "an attention bias a head", attributes: rotary, inputs: grouped(2, 4, [4, 4], { extra: [undefined, { feed: draw([2, heads, 4, 4]) }] }) },
  { note: "one token", attributes: rotary, inputs: grouped(1, 1, [1]) },
];

const multi = { num_heads: int(2) };
const text = (batch: number, time: number, width = 2 * size) => ({ feed: draw([batch, time, width]) });
const multiCases: Case[] = [
  { note: "plain", attributes: multi, inputs: [text(2, 4), text(2, 4), text(2, 4)] },
  { note: "unlike lengths", attributes: multi, inputs: [text(2, 3), text(2, 5), text(2, 5)] },
  { note: "causal", attributes: { ...multi, unidirectional: int(1) }, inputs: [text(2, 4), text(2, 4), text(2, 4)] },
  { note: "biases of the projections", attributes: multi, inputs: [text(1, 4), text(1, 4), text(1, 4), { constant: draw([3 * 2 * size]) }] },
  { note: "an attention bias", attributes: { ...multi, scale: float(0.3) }, inputs: [text(2, 4), text(2, 4), text(2, 4), undefined, undefined, { feed: draw([1, 2, 4, 4]) }] },
  { note: "a padding mask", attributes: multi, inputs: [text(2, 3), text(2, 3), text(2, 3), undefined, { feed: new Tensor("int32", Int32Array.of(1, 1, 1, 1, 0, 1), [2, 3]) }] },
];

describe("attention operators give the same when spelled out", () => {
  it.each(groupCases)("GroupQueryAttention: $note", async (testCase) => {
    expect(await compare("GroupQueryAttention", testCase)).toBeLessThan(1e-5);
  });
  it.each(multiCases)("MultiHeadAttention: $note", async (testCase) => {
    expect(await compare("MultiHeadAttention", testCase)).toBeLessThan(1e-5);
  });

  it("its gradient is that of the operator's own differences", async () => {
    const testCase = groupCases[3];
    const { graph, feeds } = build("GroupQueryAttention", testCase);
    lowerOperators(graph);
    const builder = new GraphBuilder(graph, "test/");
    const weight = draw([3, 6, heads * size]);
    const data = weight.data as Float32Array;
    for (let i = 0; i < data.length; i++) if (Math.floor(i / (heads * size)) % 6 >= testCase.lengths![Math.floor(i / (heads * size) / 6)]) data[i] = 0;
    const loss = builder.add("ReduceSum", [builder.add("Mul", ["out0", builder.input("weight", { elementType: "float32", shape: undefined })])], { attributes: { keepdims: int(0) } });
    graph.outputs = [];
    for (const [name, gradient] of differentiate(graph, { loss, by: ["in0", "in1", "in2"] })) builder.outputAs(gradient, `gradient ${name}`);
    const session = await open(graph);
    const results = await session.run({ ...Object.fromEntries(Object.entries(feeds).filter(([name]) => session.inputNames.includes(name))), weight });
    const whole = build("GroupQueryAttention", testCase);
    const forward = await open(whole.graph);
    for (const name of ["in0", "in1", "in2"]) {
      const direction = draw(feeds[name].dims).data as Float32Array;
      const lossAt = async (shift: number): Promise<number> => {
        const moved = (feeds[name].data as Float32Array).map((value, i) => value + shift * direction[i]);
        const { out0 } = await forward.run({ ...feeds, [name]: new Tensor("float32", moved, feeds[name].dims) });
        return (out0.data as Float32Array).reduce((sum, value, i) => sum + value * data[i], 0);
      };
      const quotient = (8 * ((await lossAt(0.01)) - (await lossAt(-0.01))) - ((await lossAt(0.02)) - (await lossAt(-0.02)))) / 0.12;
      const slope = (results[`gradient ${name}`].data as Float32Array).reduce((sum, value, i) => sum + value * direction[i], 0);
      expect(Math.abs(slope - quotient) / Math.max(1, Math.abs(quotient)), name).toBeLessThan(2e-3);
    }
  });

  const refused: [string, string, Case][] = [
    ["a past that is computed", "GroupQueryAttention", { note: "", attributes: rotary, inputs: grouped(1, 4, [4]).map((input, i) => (i === 3 || i === 4 ? { constant: draw([1, 2, 0, size]) } : input)) }],
    ["a smoothed softmax", "GroupQueryAttention", { note: "", attributes: { ...rotary, smooth_softmax: int(1) }, inputs: grouped(1, 4, [4]) }],
    ["an attention sink", "GroupQueryAttention", { note: "", attributes: rotary, inputs: grouped(1, 4, [4], { extra: [undefined, undefined, { feed: draw([heads]) }] }) }],
    ["heads that do not divide", "GroupQueryAttention", { note: "", attributes: { ...rotary, kv_num_heads: int(3) }, inputs: grouped(1, 4, [4]) }],
    ["packed queries, keys and values", "MultiHeadAttention", { note: "", attributes: multi, inputs: [{ feed: draw([1, 3, 2, 3, size]) }] }],
    ["lengths instead of a mask", "MultiHeadAttention", { note: "", attributes: multi, inputs: [text(2, 3), text(2, 3), text(2, 3), undefined, { feed: new Tensor("int32", Int32Array.of(3, 2), [2]) }] }],
  ];
  it.each(refused)("refuses %s, naming the node", (_name, operator, testCase) => {
    const { graph } = build(operator, testCase);
    const named = graph.nodes[0].name;
    expect(() => lowerOperators(graph)).toThrow(expect.objectContaining({ name: "PromptTuningError", kind: "operator", message: expect.stringContaining(named) }));
  });
});
