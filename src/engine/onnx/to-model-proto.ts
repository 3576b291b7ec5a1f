import { create } from "@bufbuild/protobuf";
import type { Attribute } from "../graph/attribute.js";
import type { Graph, NamedType } from "../graph/graph.js";
import { type Initializer, int64, isExternal } from "../graph/initializer.js";
import { type Dimension, elementTypes } from "../graph/tensor-type.js";
import {
  AttributeProto_AttributeType as AttributeType,
  type AttributeProto,
  AttributeProtoSchema,
  type GraphProto,
  GraphProtoSchema,
  type ModelProto,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  StringStringEntryProtoSchema,
  TensorProto_DataLocation,
  type TensorProto,
  TensorProtoSchema,
  TensorShapeProto_DimensionSchema,
  TensorShapeProtoSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from "./onnx_pb.js";

/** The newest file version that onnxruntime 1.30 and its node binding are sure to read together with opset 21. */
const irVersion = 10n;

export interface SerializeOptions {
  /**
   * Also writes what is known of intermediate tensors. For graphs in which sizes of one name are equal: onnxruntime
   * takes memory again for a tensor of the same sizes, and stops where they turn out to differ.
   */
  readonly withTypes?: boolean;
}

export function toModelProto(graph: Graph, { withTypes = false }: SerializeOptions = {}): ModelProto {
  return create(ModelProtoSchema, {
    irVersion,
    producerName: "prompt-tuning-lab",
    opsetImport: [...graph.opsets].map(([domain, version]) => create(OperatorSetIdProtoSchema, { domain, version: int64(version) })),
    graph: { ...toGraphProto(graph), valueInfo: withTypes ? intermediateTypes(graph).map(toValueInfo) : [] },
  });
}

function intermediateTypes(graph: Graph): NamedType[] {
  const declared = new Set([...graph.inputs, ...graph.outputs].map(({ name }) => name));
  return [...graph.types].flatMap(([name, { elementType, shape }]) => {
    const isKnown = elementType !== undefined && shape?.every((size) => size !== undefined);
    return isKnown && !declared.has(name) && !graph.initializers.has(name) ? [{ name, elementType, shape }] : [];
  });
}

function toGraphProto(graph: Graph): GraphProto {
  return create(GraphProtoSchema, {
    name: graph.name,
    node: graph.nodes.map((node) =>
      create(NodeProtoSchema, {
        name: node.name,
        opType: node.operator,
        domain: node.domain,
        input: node.inputs,
        output: node.outputs,
        attribute: Object.entries(node.attributes).map(([name, value]) => toAttribute(name, value)),
      }),
    ),
    initializer: [...graph.initializers.values()].map(toTensorProto),
    input: graph.inputs.map(toValueInfo),
    output: graph.outputs.map(toValueInfo),
  });
}

function toValueInfo(type: NamedType): ValueInfoProto {
  const shape =
    type.shape &&
    create(TensorShapeProtoSchema, {
      dim: type.shape.map((size: Dimension) =>
        create(TensorShapeProto_DimensionSchema, {
          value:
            typeof size === "number"
              ? { case: "dimValue", value: int64(size) }
              : typeof size === "string"
                ? { case: "dimParam", value: size }
                : { case: undefined },
        }),
      ),
    });
  const tensor = create(TypeProto_TensorSchema, { elemType: elementTypes[type.elementType ?? "float32"], shape });
  return create(ValueInfoProtoSchema, { name: type.name, type: create(TypeProtoSchema, { value: { case: "tensorType", value: tensor } }) });
}

function toTensorProto(tensor: Initializer): TensorProto {
  const { name, elementType, shape, data } = tensor;
  const base = { name, dataType: elementTypes[elementType], dims: shape.map(BigInt) };
  if (!isExternal(data)) return create(TensorProtoSchema, { ...base, rawData: data });
  const entries = { location: data.location, offset: String(data.offset), length: String(data.length) };
  return create(TensorProtoSchema, {
    ...base,
    dataLocation: TensorProto_DataLocation.EXTERNAL,
    externalData: Object.entries(entries).map(([key, value]) => create(StringStringEntryProtoSchema, { key, value })),
  });
}

function toAttribute(name: string, attribute: Attribute): AttributeProto {
  const encode = (value: string): Uint8Array => new TextEncoder().encode(value);
  switch (attribute.kind) {
    case "int":
      return create(AttributeProtoSchema, { name, type: AttributeType.INT, i: int64(attribute.value) });
    case "float":
      return create(AttributeProtoSchema, { name, type: AttributeType.FLOAT, f: attribute.value });
    case "string":
      return create(AttributeProtoSchema, { name, type: AttributeType.STRING, s: encode(attribute.value) });
    case "ints":
      return create(AttributeProtoSchema, { name, type: AttributeType.INTS, ints: attribute.value.map(int64) });
    case "floats":
      return create(AttributeProtoSchema, { name, type: AttributeType.FLOATS, floats: [...attribute.value] });
    case "strings":
      return create(AttributeProtoSchema, { name, type: AttributeType.STRINGS, strings: attribute.value.map(encode) });
    case "tensor":
      return create(AttributeProtoSchema, { name, type: AttributeType.TENSOR, t: toTensorProto(attribute.value) });
    case "graph":
      return create(AttributeProtoSchema, { name, type: AttributeType.GRAPH, g: toGraphProto(attribute.value) });
  }
}
