import { Tensor } from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { RandomSource } from "../../../src/common/random.js";
import { differentiate } from "../../../src/engine/autodiff/differentiate.js";
import { GraphBuilder } from "../../../src/engine/graph/builder.js";
import { Graph } from "../../../src/engine/graph/graph.js";
import { floatInitializer } from "../../../src/engine/graph/initializer.js";
import { appendHead } from "../../../src/engine/head/append-head.js";
import { classesOf, headFeeds, unpackScores } from "../../../src/engine/head/head-feeds.js";
import type { Head, Sequence } from "../../../src/engine/program.js";
import { createSession } from "../../../src/engine/session/session.js";

const width = 5;
const vocabulary = 7;
const random = RandomSource.fromSeed(3);
const draw = (length: number): Float32Array => Float32Array.from({ length }, () => random.normal());
const matrix = draw(vocabulary * width);
const hidden = draw(3 * width);
const weight = draw(4 * width);
const bias = draw(4);
const sequence = (scored: Sequence["scored"]): Sequence => ({ tokens: new Int32Array(2), virtualTokens: new Int32Array(2).fill(-1), scored });

/** Loss, log-probabilities and the gradient by the hidden states, straight from the definitions in double precision. */
function reference(batch: readonly Sequence[], rows: Float32Array, biases?: Float32Array) {
  const classes = rows.length / width;
  const gradient = new Float64Array(hidden.length);
  const logs: number[][] = [];
  let loss = 0;
  batch.flatMap((one) => one.scored).forEach((row, n) => {
    const scores = Array.from({ length: classes }, (_, c) => {
      if (row.allowed && !row.allowed.includes(c)) return -Infinity;
      return rows.subarray(c * width, (c + 1) * width).reduce((sum, w, j) => sum + w * hidden[n * width + j], biases?.[c] ?? 0);
    });
    const total = Math.log(scores.reduce((sum, score) => sum + Math.exp(score), 0));
    const share = (row.weight ?? 1) / batch.length;
    logs.push(scores.map((score) => score - total));
    loss -= share * (scores[row.target] - total);
    scores.forEach((score, c) => {
      const slope = share * (Math.exp(score - total) - (c === row.target ? 1 : 0));
      for (let j = 0; j < width; j++) gradient[n * width + j] += slope * rows[c * width + j];
    });
  });
  return { loss, logs, gradient };
}

async function run(head: Head, batch: readonly Sequence[], layout: "rows" | "columns" = "rows") {
  const graph = new Graph();
  graph.opsets.set("", 21);
  const builder = new GraphBuilder(graph);
  builder.input("hidden", { elementType: "float32", shape: ["scored", width] });
  const transposed = Float32Array.from(matrix, (_, i) => matrix[(i % vocabulary) * width + Math.floor(i / vocabulary)]);
  if (head.kind === "vocabulary") builder.initializer(floatInitializer("matrix", layout === "rows" ? [vocabulary, width] : [width, vocabulary], layout === "rows" ? matrix : transposed));
  const { loss, logProbabilities } = appendHead(builder, { hidden: "hidden", hiddenSize: width, head, vocabularyMatrix: "matrix", vocabularyLayout: layout });
  const by = head.kind === "linear" ? ["hidden", "head.weight", "head.bias"] : ["hidden"];
  for (const [name, gradient] of differentiate(graph, { loss, by })) builder.outputAs(gradient, `gradient.${name}`);
  builder.outputAs(loss, "loss");
  builder.outputAs(logProbabilities, "log_probabilities");
  const session = await createSession(graph, { threads: 1 });
  const headRows = head.kind === "words" ? Float32Array.from([...head.tokenIds].flatMap((id) => [...matrix.subarray(id * width, (id + 1) * width)])) : undefined;
  const feeds = headFeeds(batch, { head, hiddenSize: width, classes: classesOf(head, vocabulary), headRows, values: { "head.weight": weight, "head.bias": bias } });
  const results = await session.run({ hidden: new Tensor("float32", hidden, [3, width]), ...feeds });
  return { results, scores: unpackScores(batch, results.loss, results.log_probabilities) };
}

function expectClose(found: ArrayLike<number>, wanted: ArrayLike<number>): void {
  expect(found.length).toBe(wanted.length);
  Array.from(wanted).forEach((value, i) => (Number.isFinite(value) ? expect(found[i]).toBeCloseTo(value, 4) : expect(found[i]).toBe(value)));
}

describe("heads", () => {
  const plain = [sequence([{ row: 0, target: 2 }, { row: 1, target: 0, weight: 0.25 }]), sequence([{ row: 1, target: 1 }])];
  const restricted = [sequence([{ row: 0, target: 2, allowed: Int32Array.of(2, 0) }]), sequence([{ row: 0, target: 1 }, { row: 1, target: 3, allowed: Int32Array.of(3) }])];

  const heads: [string, Head, Float32Array, Float32Array | undefined][] = [
    ["words", { kind: "words", tokenIds: Int32Array.of(6, 1, 3, 3) }, Float32Array.from([6, 1, 3, 3].flatMap((id) => [...matrix.subarray(id * width, (id + 1) * width)])), undefined],
    ["vocabulary", { kind: "vocabulary" }, matrix, undefined],
    ["linear", { kind: "linear", classes: 4 }, weight, bias],
  ];
  for (const [name, head, rows, biases] of heads) {
    for (const [kind, batch] of [["all classes allowed", plain], ["some classes allowed", restricted]] as const) {
      it(`${name}, ${kind}: loss, log-probabilities and gradient`, async () => {
        const wanted = reference(batch, rows, biases);
        const { results, scores } = await run(head, batch);
        expect(scores.loss).toBeCloseTo(wanted.loss, 4);
        expect(scores.logProbabilities.map((list) => list.length)).toEqual(batch.map((one) => one.scored.length));
        scores.logProbabilities.flat().forEach((row, n) => expectClose(row, wanted.logs[n]));
        expectClose(results["gradient.hidden"].data as Float32Array, wanted.gradient);
      });
    }
  }

  it("the vocabulary's matrix may stand as columns", async () => {
    const rows = await run({ kind: "vocabulary" }, plain, "rows");
    const columns = await run({ kind: "vocabulary" }, plain, "columns");
    expect(columns.scores.loss).toBeCloseTo(rows.scores.loss, 5);
    expectClose(columns.results["gradient.hidden"].data as Float32Array, rows.results["gradient.hidden"].data as Float32Array);
  });

  it("the linear head's own gradients are those of its definition", async () => {
    const { results } = await run({ kind: "linear", classes: 4 }, plain);
    const { logs } = reference(plain, weight, bias);
    const shares = [0.5, 0.125, 0.5];
    const targets = [2, 0, 1];
    const slopes = logs.map((row, n) => row.map((log, c) => shares[n] * (Math.exp(log) - (targets[n] === c ? 1 : 0))));
    expectClose(results["gradient.head.bias"].data as Float32Array, [0, 1, 2, 3].map((c) => slopes.reduce((sum, row) => sum + row[c], 0)));
    const byWeight = Array.from({ length: 4 * width }, (_, i) => slopes.reduce((sum, row, n) => sum + row[Math.floor(i / width)] * hidden[n * width + (i % width)], 0));
    expectClose(results["gradient.head.weight"].data as Float32Array, byWeight);
  });

  it("refuses a target outside the head, or not allowed", () => {
    const options = { head: { kind: "linear", classes: 2 } as const, hiddenSize: width, classes: 2, values: { "head.weight": new Float32Array(10), "head.bias": new Float32Array(2) } };
    expect(() => headFeeds([sequence([{ row: 0, target: 2 }])], options)).toThrow(/target 2/);
    expect(() => headFeeds([sequence([{ row: 0, target: -1 }])], options)).toThrow(/target -1/);
    expect(() => headFeeds([sequence([{ row: 0, target: 0, allowed: Int32Array.of(1) }])], options)).toThrow(/not among/);
    expect(() => headFeeds([sequence([{ row: 0, target: 0, allowed: Int32Array.of(0, 5) }])], options)).toThrow(/allows a class/);
  });
});
