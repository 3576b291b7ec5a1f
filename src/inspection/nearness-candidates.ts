import { Tensor } from "onnxruntime-node";
import { contrib } from "../engine/autodiff/rule.js";
import { int } from "../engine/graph/attribute.js";
import { GraphBuilder } from "../engine/graph/builder.js";
import { Graph } from "../engine/graph/graph.js";
import { createSession } from "../engine/session/session.js";
import type { NearnessMetric } from "./nearness.js";
import { rowNorms } from "./norms.js";
import type { VocabularyMatrix } from "./vocabulary-matrix.js";

/** For one metric and vector: the ids of the best tokens by a score in single precision, best first. */
export interface Candidates {
  readonly ids: ArrayLike<number>;
  /** Higher is nearer; for l2 it is 2 p·v − |v|². */
  readonly scores: ArrayLike<number>;
}

/** Score of a token that is left out. */
const leftOut = -3e38;

/** What is computed of a vocabulary once, for as long as its matrix lives. */
interface RowFigures {
  readonly norms: Float64Array;
  readonly inverseNorms: Float32Array;
  readonly squares: Float32Array;
  readonly largestNorm: number;
}
const figures = new WeakMap<Float32Array, RowFigures>();

export function rowFigures({ matrix, rows, width }: VocabularyMatrix): RowFigures {
  const known = figures.get(matrix);
  if (known?.norms.length === rows) return known;
  const norms = rowNorms(matrix.subarray(0, rows * width), width);
  const made = { norms, inverseNorms: Float32Array.from(norms, (norm) => (norm === 0 ? 0 : 1 / norm)), squares: Float32Array.from(norms, (norm) => norm ** 2), largestNorm: norms.reduce((most, norm) => Math.max(most, norm), 0) };
  figures.set(matrix, made);
  return made;
}

let session: ReturnType<typeof createSession> | undefined;

/**
 * The `count` best tokens of each vector by every metric, found by onnxruntime in single precision: a preselection,
 * whose order and edge are as sure as its rounding.
 * @param vectors [P, width]
 */
export async function nearnessCandidates(vectors: Float32Array, vocabulary: VocabularyMatrix, count: number, exclude?: (id: number) => boolean): Promise<Readonly<Record<NearnessMetric, Candidates[]>>> {
  const { matrix, rows, width } = vocabulary;
  session ??= createSession(buildGraph());
  const { inverseNorms, squares } = rowFigures(vocabulary);
  const excluded = new Float32Array(rows);
  if (exclude) for (let id = 0; id < rows; id++) if (exclude(id)) excluded[id] = leftOut;
  const row = (values: Float32Array): Tensor => new Tensor("float32", values, [1, rows]);
  const outputs = await (await session).run({
    vectors: new Tensor("float32", vectors, [vectors.length / width, width]),
    vocabulary: new Tensor("float32", matrix.subarray(0, rows * width), [rows, width]),
    inverse_norms: row(inverseNorms),
    squares: row(squares),
    excluded: row(excluded),
    count: new Tensor("int64", BigInt64Array.of(BigInt(count)), [1]),
  });
  const of = (metric: NearnessMetric): Candidates[] => {
    const ids = Array.from(outputs[`${metric}.ids`].data as BigInt64Array, Number);
    const scores = outputs[`${metric}.scores`].data as Float32Array;
    return Array.from({ length: vectors.length / width }, (_, p) => ({ ids: ids.slice(p * count, (p + 1) * count), scores: scores.slice(p * count, (p + 1) * count) }));
  };
  return { cosine: of("cosine"), dot: of("dot"), l2: of("l2") };
}

function buildGraph(): Graph {
  const graph = new Graph();
  graph.opsets.set("", 21);
  const builder = new GraphBuilder(graph);
  const float = (name: string, shape: readonly (number | string)[]): string => builder.input(name, { elementType: "float32", shape });
  const vectors = float("vectors", ["count", "width"]);
  const vocabulary = float("vocabulary", ["rows", "width"]);
  const [inverseNorms, squares, excluded] = ["inverse_norms", "squares", "excluded"].map((name) => float(name, [1, "rows"]));
  const wanted = builder.input("count", { elementType: "int64", shape: [1] });
  const dots = builder.add("FusedMatMul", [vectors, vocabulary], { domain: contrib, attributes: { transB: int(1) } });
  const scores: Readonly<Record<NearnessMetric, string>> = {
    dot: dots,
    cosine: builder.add("Mul", [dots, inverseNorms]),
    l2: builder.add("Sub", [builder.add("Mul", [dots, builder.scalar(2)]), squares]),
  };
  for (const [metric, score] of Object.entries(scores)) {
    const [best, ids] = builder.addMany("TopK", [builder.add("Add", [score, excluded]), wanted], 2);
    builder.outputAs(best, `${metric}.scores`);
    builder.outputAs(ids, `${metric}.ids`);
  }
  return graph;
}
