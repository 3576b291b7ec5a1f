import { widenBfloat16, widenFloat16 } from "../../adapter/half-floats.js";
import { type Attribute, type Attributes, int, intAttribute } from "../graph/attribute.js";
import type { Graph, GraphNode } from "../graph/graph.js";
import { type Initializer, isExternal } from "../graph/initializer.js";
import { type ElementType, elementTypes, type TensorType } from "../graph/tensor-type.js";

const isHalf = (type: ElementType | undefined): boolean => type === "float16" || type === "bfloat16";
const toFloat: Attributes = { to: int(elementTypes.float32) };

/**
 * Turns a model in half precision, in place, into one that computes in float32: weights stay as they are stored and
 * are cast when the graph is opened, everything after them is float32. onnxruntime's processor kernels work in
 * float32 anyway, and gradients in half precision would lose small values.
 */
export function widenHalf(graph: Graph): void {
  const half = [...graph.initializers.values()].filter(({ elementType }) => isHalf(elementType));
  if (half.length === 0) return;
  const casts = half.map((initializer): GraphNode => {
    const stored = `lowered/stored/${initializer.name}`;
    graph.initializers.delete(initializer.name);
    graph.initializers.set(stored, { ...initializer, name: stored });
    graph.types.set(initializer.name, { elementType: "float32", shape: initializer.shape });
    return { name: `${stored}.cast`, operator: "Cast", domain: "", inputs: [stored], outputs: [initializer.name], attributes: toFloat };
  });
  graph.nodes = [...casts, ...graph.nodes.map(widenNode)];
  const widen = <T extends TensorType>(type: T): T => (isHalf(type.elementType) ? { ...type, elementType: "float32" } : type);
  graph.inputs = graph.inputs.map(widen);
  graph.outputs = graph.outputs.map(widen);
  for (const [name, type] of graph.types) graph.types.set(name, widen(type));
}

function widenNode(node: GraphNode): GraphNode {
  if (node.operator === "Cast" && [elementTypes.float16, elementTypes.bfloat16].includes(intAttribute(node.attributes, "to", 0) as 10)) {
    return { ...node, attributes: toFloat };
  }
  const attributes = Object.entries(node.attributes).map(([name, attribute]): [string, Attribute] => [
    name,
    attribute.kind === "tensor" ? { kind: "tensor", value: widenTensor(attribute.value) } : attribute,
  ]);
  return { ...node, attributes: Object.assign(Object.create(null) as Record<string, Attribute>, Object.fromEntries(attributes)) };
}

function widenTensor(tensor: Initializer): Initializer {
  const { data, elementType } = tensor;
  if (!isHalf(elementType) || isExternal(data)) return tensor;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const values = (elementType === "float16" ? widenFloat16 : widenBfloat16)(view, 0, data.byteLength / 2);
  return { ...tensor, elementType: "float32", data: new Uint8Array(values.buffer) };
}
