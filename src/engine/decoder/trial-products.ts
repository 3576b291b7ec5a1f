import { type InferenceSession, Tensor } from "onnxruntime-node";
import { RandomSource } from "../../common/random.js";
import { gradientRules } from "../autodiff/rule-table.js";
import type { GradientRule } from "../autodiff/rule.js";
import { GraphBuilder } from "../graph/builder.js";
import { Graph, type GraphNode } from "../graph/graph.js";
import type { Initializer } from "../graph/initializer.js";
import type { BackwardProducts } from "../program.js";
import { createSession, type SessionOptions } from "../session/session.js";
import { roundedProducts } from "./rounded-products.js";

export interface TrialMatrices {
  /** Matrices of one layer [input, output], "down" last: the rows of the others would else be divided by its scales. */
  readonly exact: readonly Initializer[];
  /** Their rounded transposes and scales, by `roundedNames`. */
  readonly rounded: ReadonlyMap<string, Initializer>;
}

/** Arithmetic of one product of all the matrices, where the rows allow it: some ten milliseconds of two cores. */
const multiplications = 5e8;
const [fewestRows, mostRows] = [64, 256];
/** Rows of gradients differ that much in size: one that predicts an answer from one that hardly matters. */
const decades = 3;

/**
 * Opens the backward products dx = g·Wᵀ of one layer's matrices twice, in float32 and rounded, as a training's graph has
 * them, for random gradients.
 * @throws PromptTuningError kind "model" where onnxruntime has no such products.
 */
export async function openBackwardProducts({ exact, rounded }: TrialMatrices, options: SessionOptions): Promise<BackwardProducts> {
  const values = exact.reduce((sum, { shape: [input, output] }) => sum + input * output, 0);
  const rows = Math.max(fewestRows, Math.min(mostRows, Math.round(multiplications / values)));
  const feeds = Object.fromEntries(exact.map(({ shape }, i) => [`g.${i}`, new Tensor("float32", randomGradients(rows, shape[1], i), [rows, shape[1]])]));
  const forRounded = roundedProducts(rounded);
  const floats = await createSession(buildGraph(rows, exact, exact, ({ operator }) => gradientRules.get(operator)!), options);
  const integers = await createSession(buildGraph(rows, exact, [...rounded.values()], (node) => forRounded(node)!), options).catch(async (error: unknown) => {
    await floats.release();
    throw error;
  });
  const compute = async (session: InferenceSession): Promise<Float32Array[]> => {
    const results = await session.run(feeds);
    return exact.map((_, i) => results[`dx.${i}`].data as Float32Array);
  };
  return {
    shapes: exact.map(({ shape }) => shape),
    exact: () => compute(floats),
    approximate: () => compute(integers),
    dispose: async () => {
      await floats.release();
      await integers.release();
    },
  };
}

/** The backward nodes of x·W by themselves: the forward product is not in the graph. */
function buildGraph(rows: number, matrices: readonly Initializer[], initializers: readonly Initializer[], ruleFor: (node: GraphNode) => GradientRule): Graph {
  const graph = new Graph();
  graph.opsets.set("", 21);
  const builder = new GraphBuilder(graph);
  for (const initializer of initializers) builder.initializer(initializer);
  matrices.forEach(({ name, shape: [input, output] }, i) => {
    const node: GraphNode = { name: `y.${i}`, operator: "MatMul", domain: "", inputs: [`x.${i}`, name], outputs: [`y.${i}`], attributes: {} };
    graph.types.set(`x.${i}`, { elementType: "float32", shape: [rows, input] });
    graph.types.set(`y.${i}`, { elementType: "float32", shape: [rows, output] });
    const g = builder.input(`g.${i}`, { elementType: "float32", shape: [rows, output] });
    const [gradient] = ruleFor(node)(node, [g], { graph, builder, wants: (index) => index === 0, typeOf: (tensor) => graph.typeOf(tensor), readerOf: () => undefined, unbroadcast: (each) => each });
    builder.outputAs(gradient!, `dx.${i}`);
  });
  return graph;
}

function randomGradients(rows: number, width: number, seed: number): Float32Array {
  const random = RandomSource.derive(seed, "trial-products");
  const gradients = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++) {
    const size = 10 ** (-decades * random.uniform());
    for (let i = 0; i < width; i++) gradients[row * width + i] = size * random.normal();
  }
  return gradients;
}
