import { InferenceSession, Tensor } from "onnxruntime-node";
import type { Backbone } from "../../src/backbone/backbone.js";
import type { DecoderBackbone } from "../../src/backbone/families/decoder-backbone.js";
import { contrib } from "../../src/engine/autodiff/rule.js";
import { int } from "../../src/engine/graph/attribute.js";
import { GraphBuilder } from "../../src/engine/graph/builder.js";
import { Graph } from "../../src/engine/graph/graph.js";
import { serializeModel } from "../../src/engine/onnx/model-file.js";
import type { BenchmarkTexts } from "./batch.js";
import type { Step } from "./contestant.js";

/** Layers whose products are measured, each with matrices of its own, so that none stays in the processor's cache. */
const layersMeasured = 4;

/** x [rows, input]·W [input, output] and its backward product with Wᵀ. */
interface ProductKind {
  readonly input: number;
  readonly output: number;
  /** How many a layer has. */
  readonly count: number;
}

/**
 * The least a prefix step can take: the time of its products with weights alone, with packed weights, each independent
 * of the others. In the last layer only keys and values are needed of all rows; the others are not counted.
 */
export async function isolatedProducts(backbone: Backbone, texts: BenchmarkTexts, threads?: number): Promise<Step> {
  const { hiddenSize, layers } = backbone.description;
  const { attentionHeads, keyValueHeads, headSize, feedForwardSize } = (backbone as DecoderBackbone).configuration;
  const rows = texts.promptIds.length + texts.batches[0].reduce((sum, text) => sum + text.length - 1, 0);
  const kinds: readonly ProductKind[] = [
    { input: hiddenSize, output: attentionHeads * headSize, count: 1 },
    { input: hiddenSize, output: keyValueHeads * headSize, count: 2 },
    { input: attentionHeads * headSize, output: hiddenSize, count: 1 },
    { input: hiddenSize, output: feedForwardSize, count: 2 },
    { input: feedForwardSize, output: hiddenSize, count: 1 },
  ];
  const { session, feeds } = await openProducts(rows, kinds, threads);
  return async () => {
    const began = performance.now();
    await session.run(feeds);
    return { loss: 0, seconds: ((performance.now() - began) / 1000) * ((layers - 1) / layersMeasured) };
  };
}

async function openProducts(rows: number, kinds: readonly ProductKind[], threads?: number): Promise<{ session: InferenceSession; feeds: Record<string, Tensor> }> {
  const graph = new Graph();
  graph.opsets.set("", 21);
  const builder = new GraphBuilder(graph);
  const feeds: Record<string, Tensor> = {};
  const input = (width: number): string => {
    const name = `x.${width}`;
    if (!feeds[name]) builder.input(name, { elementType: "float32", shape: [rows, width] });
    feeds[name] ??= new Tensor("float32", random(rows * width), [rows, width]);
    return name;
  };
  const firstRow = (product: string): string => builder.add("ReduceSum", [builder.add("Gather", [product, builder.integers([0])], { attributes: { axis: int(0) } })], { attributes: { keepdims: int(0) } });
  const results: string[] = [];
  for (let layer = 0; layer < layersMeasured; layer++) {
    for (const { input: from, output: to, count } of kinds) {
      for (let i = 0; i < count; i++) {
        const weight = builder.initializer({ name: `weight.${layer}.${from}.${to}.${i}`, elementType: "float32", shape: [from, to], data: new Uint8Array(random(from * to).buffer) });
        results.push(firstRow(builder.add("MatMul", [input(from), weight], { shape: [rows, to] })));
        results.push(firstRow(builder.add("FusedMatMul", [input(to), weight], { domain: contrib, attributes: { transB: int(1) }, shape: [rows, from] })));
      }
    }
  }
  builder.outputAs(builder.add("Sum", results, { shape: [] }), "result");
  const session = await InferenceSession.create(serializeModel(graph), { executionProviders: ["cpu"], interOpNumThreads: 1, ...(threads ? { intraOpNumThreads: threads } : {}), enableMemPattern: false });
  return { session, feeds };
}

const random = (length: number): Float32Array => Float32Array.from({ length }, () => Math.random() - 0.5);
