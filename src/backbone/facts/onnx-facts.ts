import { exportedRulesOnPath } from "../../engine/exported/build-graph.js";
import { type ExportedModel, openExportedModel } from "../../engine/exported/open-exported-model.js";
import type { Graph } from "../../engine/graph/graph.js";
import { type Initializer, isExternal } from "../../engine/graph/initializer.js";
import { readModelFile } from "../../engine/onnx/model-file.js";
import { readOnnxTokenizer } from "../onnx/open-onnx-backbone.js";
import { readBeside } from "../read-beside.js";
import { configurationSchema } from "../safetensors/configuration-file.js";
import type { ModelFiles } from "../sources/source.js";
import { tokenizerFacts } from "./size-facts.js";
import { estimateTrainingMemory, type LayerSizes, type StepSize } from "./estimate-memory.js";
import { type FactsDraft, sharesOf } from "./model-facts.js";

/** Operators whose second input holds numbers of fewer bits, packed into bytes; the attribute says how many bits. */
const packed: Readonly<Record<string, { readonly input: number; readonly bits: number }>> = {
  MatMulNBits: { input: 1, bits: 4 },
  GatherBlockQuantized: { input: 0, bits: 4 },
  MatMulBnb4: { input: 1, bits: 4 },
};
/** A tensor of fewer numbers holds shapes, scales or norms: no quantisation of a model's weights. */
const fewest = 64;

/** @throws PromptTuningError where it cannot be used; what is known by then stands in the draft. */
export async function addOnnxFacts(draft: FactsDraft, files: ModelFiles, step: StepSize): Promise<void> {
  const stored = await readModelFile(files.modelFile);
  const counts = storedTypes(stored);
  draft.weights = sharesOf(counts);
  draft.parameters = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const config = configurationSchema.partial().safeParse(parsedOrNothing(await readBeside(files, "config.json"))).data ?? {};
  draft.family = config.model_type;
  draft.contextLength = config.max_position_embeddings ?? config.n_positions ?? undefined;
  draft.layers = config.num_hidden_layers ?? config.n_layer ?? undefined;
  const model = await openExportedModel(files.modelFile);
  draft.hiddenSize = model.hiddenSize;
  const { nodes, missing } = exportedRulesOnPath(model);
  draft.operators = { nodes, missing: [...missing].map(([operator, count]) => ({ operator, nodes: count })).sort((a, b) => b.nodes - a.nodes) };
  const sizes = layerSizes(model, config);
  if (sizes) draft.memory = { bytes: estimateTrainingMemory(keptBytes(stored), sizes, step), ...step };
  draft.tokenizer = tokenizerFacts(await readOnnxTokenizer(files));
}

/** Numbers by the type they are stored as: "4 bits", "int8", "float16", ... */
function storedTypes(graph: Graph): Map<string, number> {
  const bits = new Map<string, number>();
  for (const { operator, inputs, attributes } of graph.nodes) {
    const found = Object.hasOwn(packed, operator) ? packed[operator] : undefined;
    const told = attributes.bits?.kind === "int" ? attributes.bits.value : found?.bits;
    if (found && inputs[found.input]) bits.set(inputs[found.input], told!);
  }
  const counts = new Map<string, number>();
  for (const { name, elementType, shape } of graph.initializers.values()) {
    const numbers = shape.reduce((product, size) => product * size, 1);
    const width = bits.get(name);
    if (numbers < fewest || elementType === "int64") continue;
    const isPacked = width !== undefined && width < 8 && elementType === "uint8";
    const type = isPacked ? `${width} bits` : elementType;
    counts.set(type, (counts.get(type) ?? 0) + (isPacked ? (numbers * 8) / width : numbers));
  }
  return counts;
}

/** Bytes that the weights take while they are trained through: half precision is widened, quantised numbers stay (docs/adr/0014). */
function keptBytes(graph: Graph): number {
  const bytes = ({ data, elementType }: Initializer): number => (isExternal(data) ? data.length : data.byteLength) * (elementType === "float16" || elementType === "bfloat16" ? 2 : 1);
  return [...graph.initializers.values()].reduce((sum, initializer) => sum + bytes(initializer), 0);
}

function layerSizes({ hiddenSize }: ExportedModel, config: Partial<ReturnType<typeof configurationSchema.parse>>): LayerSizes | undefined {
  const layers = config.num_hidden_layers ?? config.n_layer;
  const attentionHeads = config.num_attention_heads ?? config.n_head;
  const feedForwardSize = config.intermediate_size ?? config.n_inner ?? 4 * hiddenSize;
  if (!layers || !attentionHeads) return undefined;
  return { layers, hiddenSize, attentionHeads, keyValueHeads: config.num_key_value_heads ?? attentionHeads, headSize: config.head_dim ?? hiddenSize / attentionHeads, feedForwardSize };
}

function parsedOrNothing(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    // Opening the model says what is wrong with it.
    return undefined;
  }
}
