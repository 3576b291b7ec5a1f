import { PromptTuningError } from "../../common/errors.js";
import type { Attribute, Attributes } from "../graph/attribute.js";
import { Graph, type NamedType } from "../graph/graph.js";
import type { Initializer } from "../graph/initializer.js";
import { type Dimension, elementTypeFromCode } from "../graph/tensor-type.js";
import { readExternalData } from "./external-data.js";
import { AttributeProto_AttributeType as AttributeType, type AttributeProto, type GraphProto, type ModelProto, TensorProto_DataLocation, type TensorProto, type ValueInfoProto } from "./onnx_pb.js";
import { inlineBytes } from "./tensor-bytes.js";
import { printable } from "./printable.js";

/** Deepest nesting of subgraphs (If, Loop, Scan) that is read. */
const deepestNesting = 16;
/** Far above any model (a decoder of 80 layers has about 20,000 nodes); keeps the work on a hostile file bounded. */
const mostNodes = 200_000;
const mostInputs = 10_000;
const mostDimensions = 32;

export function fromModelProto(proto: ModelProto, file?: string): Graph {
  if (!proto.graph) {
    throw new PromptTuningError("model", "The ONNX file holds no graph.", { advice: "Export the model again.", file });
  }
  if (proto.functions.length > 0) {
    throw new PromptTuningError("model", "The ONNX file defines functions of its own, which are not supported.", {
      reason: `It holds ${proto.functions.length} of them, the first is "${printable(proto.functions[0].name)}".`,
      advice: "Inline them before (onnx.inliner.inline_local_functions in Python).",
      file,
    });
  }
  const graph = fromGraphProto(proto.graph, file, 0);
  for (const opset of proto.opsetImport) graph.opsets.set(opset.domain === "ai.onnx" ? "" : opset.domain, Number(opset.version));
  return graph;
}

function fromGraphProto(proto: GraphProto, file: string | undefined, depth: number): Graph {
  if (depth > deepestNesting) {
    throw new PromptTuningError("model", `The ONNX file nests graphs more than ${deepestNesting} deep.`, { file });
  }
  if (proto.node.length > mostNodes || proto.initializer.length > mostNodes || proto.input.length > mostNodes || proto.output.length > mostInputs) {
    throw new PromptTuningError("model", `The ONNX file holds a graph of ${proto.node.length} nodes, ${proto.initializer.length} weights, ${proto.input.length} inputs and ${proto.output.length} outputs.`, {
      reason: `At most ${mostNodes} nodes and weights and ${mostInputs} outputs are read.`,
      advice: "Check that this is the model you meant.",
      file,
    });
  }
  const graph = new Graph();
  graph.name = proto.name || "graph";
  for (const tensor of proto.initializer) graph.initializers.set(tensor.name, fromTensorProto(tensor, file));
  graph.inputs = proto.input.map(fromValueInfo).filter((input) => !graph.initializers.has(input.name));
  if (graph.inputs.length > mostInputs) {
    throw new PromptTuningError("model", `The ONNX file holds a graph of ${graph.inputs.length} inputs; at most ${mostInputs} are read.`, { file });
  }
  graph.outputs = proto.output.map(fromValueInfo);
  for (const info of [...proto.valueInfo, ...proto.output]) graph.types.set(info.name, fromValueInfo(info));
  graph.nodes = proto.node.map((node, index) => ({
    name: node.name || `${node.opType}_${index}`,
    operator: node.opType,
    domain: node.domain === "ai.onnx" ? "" : node.domain,
    inputs: [...node.input],
    outputs: [...node.output],
    attributes: fromAttributes(node.attribute, file, depth),
  }));
  return graph;
}

function fromValueInfo(info: ValueInfoProto): NamedType {
  const value = info.type?.value;
  if (value?.case !== "tensorType") return { name: info.name };
  const shape = value.value.shape?.dim.map((dimension): Dimension => {
    if (dimension.value.case === "dimValue") return Number(dimension.value.value);
    return dimension.value.case === "dimParam" && dimension.value.value ? dimension.value.value : undefined;
  });
  return { name: info.name, elementType: elementTypeFromCode(value.value.elemType), shape };
}

function fromTensorProto(tensor: TensorProto, file: string | undefined): Initializer {
  const elementType = elementTypeFromCode(tensor.dataType);
  if (!elementType) {
    throw new PromptTuningError("model", `The weight "${printable(tensor.name)}" has the element type ${tensor.dataType}, which is not supported.`, { file });
  }
  if (tensor.dims.length > mostDimensions) {
    throw new PromptTuningError("model", `The weight "${printable(tensor.name)}" has ${tensor.dims.length} dimensions; at most ${mostDimensions} are read.`, { file });
  }
  const shape = tensor.dims.map(Number);
  if (shape.some((size) => !Number.isSafeInteger(size) || size < 0)) {
    throw new PromptTuningError("model", `The weight "${printable(tensor.name)}" has an impossible shape [${shape.join(", ")}].`, { file });
  }
  const external = tensor.dataLocation === TensorProto_DataLocation.EXTERNAL;
  const data = external ? readExternalData(tensor, elementType, shape, file) : inlineBytes(tensor, elementType, shape, file);
  return { name: tensor.name, elementType, shape, data };
}

function fromAttributes(protos: readonly AttributeProto[], file: string | undefined, depth: number): Attributes {
  const attributes: Record<string, Attribute> = Object.create(null);
  for (const proto of protos) {
    const attribute = fromAttribute(proto, file, depth);
    if (attribute) attributes[proto.name] = attribute;
  }
  return attributes;
}

function fromAttribute(proto: AttributeProto, file: string | undefined, depth: number): Attribute | undefined {
  switch (proto.type) {
    case AttributeType.INT:
      return { kind: "int", value: Number(proto.i) };
    case AttributeType.FLOAT:
      return { kind: "float", value: proto.f };
    case AttributeType.STRING:
      return { kind: "string", value: new TextDecoder().decode(proto.s) };
    case AttributeType.INTS:
      return { kind: "ints", value: proto.ints.map(Number) };
    case AttributeType.FLOATS:
      return { kind: "floats", value: [...proto.floats] };
    case AttributeType.STRINGS:
      return { kind: "strings", value: proto.strings.map((value) => new TextDecoder().decode(value)) };
    case AttributeType.TENSOR:
      return proto.t && { kind: "tensor", value: fromTensorProto(proto.t, file) };
    case AttributeType.GRAPH:
      return proto.g && { kind: "graph", value: fromGraphProto(proto.g, file, depth + 1) };
    default:
      throw new PromptTuningError("model", `The ONNX file holds an attribute "${printable(proto.name)}" of a kind that is not supported.`, { file });
  }
}
