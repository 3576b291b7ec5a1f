import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import type { RandomSource } from "../../../src/common/random.js";
import { type AttributeProto, AttributeProto_AttributeType as AttributeType, AttributeProtoSchema, type GraphProto, type ModelProto, ModelProtoSchema, NodeProtoSchema, StringStringEntryProtoSchema, TensorProto_DataLocation, type TensorProto, TensorProtoSchema } from "../../../src/engine/onnx/onnx_pb.js";
import { type HostileFile, pick, sometimesOdd, spoilBytes } from "./edits.js";

const sizes = [0n, 1n, 2n, -1n, 7n, 64n, 1n << 20n, 1n << 31n, (1n << 32n) + 1n, (1n << 53n) - 1n, (1n << 62n) + 3n, (1n << 63n) - 1n, -(1n << 63n)];
const operators = ["Gather", "Split", "Softmax", "Concat", "If", "Loop", "Scan", "Transpose", "Reshape", "Slice", "Where", "Expand", "Tile", "Range", "ConstantOfShape", "Pad", "OneHot", "ReduceMean", "Conv", "", "GroupQueryAttention", "MultiHeadAttention", "MatMulNBits", "MatMulBnb4", "GatherBlockQuantized", "DequantizeLinear", "MatMul", "Cast", "Constant", "Identity", "Nonsense"];
const locations = ["model.onnx.data", "model.onnx_data", "../model.onnx.data", "/etc/passwd", "", "missing.bin", "model.onnx"];
const decimals = ["0", "1", "64", "-1", "4294967296", "9007199254740993", "18446744073709551615", "NaN", "1e3", "0x10", ""];

/** A model whose bytes are damaged, or that says something wrong of itself and stays a readable file. */
export function hostileOnnx(random: RandomSource, original: Buffer): HostileFile {
  if (random.integer(3) === 0) return spoilBytes(random, original, () => random.integer(random.integer(2) === 0 ? original.length : Math.min(4000, original.length)));
  return sometimesOdd(random, Buffer.from(forgeOnnx(random, original)));
}

/** Changes that stay a readable file: what a node, a type or a weight says of itself is wrong. */
export function forgeOnnx(random: RandomSource, original: Uint8Array): Uint8Array {
  const model: ModelProto = fromBinary(ModelProtoSchema, new Uint8Array(original));
  const graph = model.graph!;
  for (let changes = 1 + random.integer(4); changes > 0; changes--) pick(random, graph.node.length > 0 ? edits : rare)({ random, model, graph });
  return toBinary(ModelProtoSchema, model);
}

interface Place {
  readonly random: RandomSource;
  readonly model: ModelProto;
  readonly graph: GraphProto;
}
type Edit = (place: Place) => void;

const namesOf = ({ node, initializer }: GraphProto): string[] => [...node.flatMap(({ output }) => output), ...initializer.map(({ name }) => name), "input_ids", "", "nothing"];

/** One of the constants, whether it lies among the weights or in a node. */
function tensorOf({ random, graph }: Place): TensorProto | undefined {
  const inNodes = graph.node.flatMap(({ attribute }) => attribute.flatMap(({ t }) => t ?? []));
  const all = [...graph.initializer, ...inNodes];
  return all.length > 0 ? pick(random, all) : undefined;
}

const edits: readonly Edit[] = [
  ({ random, graph }) => {
    // Another tensor, often one that is made later: the graph runs in a circle.
    const node = pick(random, graph.node);
    if (node.input.length > 0) node.input[random.integer(node.input.length)] = pick(random, namesOf(graph));
  },
  ({ random, graph }) => {
    const node = pick(random, graph.node);
    node.input.length = random.integer(node.input.length + 1);
  },
  ({ random, graph }) => void (pick(random, graph.node).opType = pick(random, operators)),
  ({ random, graph }) => {
    const node = pick(random, graph.node);
    node.output.length = random.integer(node.output.length + 1);
  },
  ({ random, graph }) => {
    for (const attribute of pick(random, graph.node).attribute) spoilAttribute(attribute, random);
  },
  ({ random, graph }) => void pick(random, graph.node).attribute.splice(0),
  ({ random, graph }) => {
    // A tensor that two nodes make, or a node and the weights.
    const node = pick(random, graph.node);
    if (node.output.length > 0) node.output[0] = pick(random, namesOf(graph));
  },
  (place) => {
    const tensor = tensorOf(place);
    if (tensor) tensor.dims = Array.from({ length: place.random.integer(5) }, () => pick(place.random, sizes));
  },
  (place) => {
    const tensor = tensorOf(place);
    if (tensor) tensor.dataType = place.random.integer(30);
  },
  spoilIntegers,
  spoilIntegers,
  (place) => {
    const tensor = tensorOf(place);
    if (!tensor) return;
    tensor.dataLocation = TensorProto_DataLocation.EXTERNAL;
    const entry = (key: string, value: string) => create(StringStringEntryProtoSchema, { key, value });
    tensor.externalData = [entry("location", pick(place.random, locations)), entry("offset", pick(place.random, decimals)), entry("length", pick(place.random, decimals))];
  },
  ({ random, graph }) => {
    if (graph.valueInfo.length === 0) return;
    const info = pick(random, graph.valueInfo).type?.value;
    if (info?.case === "tensorType") info.value.shape?.dim.splice(0, 1 + random.integer(3));
  },
  ({ random, graph }) => void graph.node.splice(random.integer(graph.node.length), 1 + random.integer(3)),
  ({ random, graph }) => void graph.node.push(graph.node.splice(random.integer(graph.node.length), 1)[0]),
  ({ random, graph }) => void graph.initializer.push(...graph.initializer.slice(0, 1 + random.integer(2))),
  ({ random, graph }) => void (pick(random, graph.node).domain = pick(random, ["com.microsoft", "ai.onnx.ml", "x"])),
  ({ random, graph }) => nest(graph, random.integer(24)),
  (place) => pick(place.random, rare)(place),
];

const rare: readonly Edit[] = [
  ({ random, graph }) => void graph.input.splice(random.integer(3), 1),
  ({ graph }) => void graph.output.splice(0),
  ({ model }) => void model.opsetImport.splice(0),
  ({ random, model }) => void (model.opsetImport[0] && (model.opsetImport[0].version = pick(random, sizes))),
  ({ random, graph }) => void (graph.input.length > 0 && (pick(random, graph.input).name = pick(random, ["use_cache_branch", "past_key_values.0.key", "input_ids", "__proto__"]))),
  ({ random, graph }) => void graph.input.push(...graph.input.slice(0, 1 + random.integer(2))),
];

/** What shapes, axes and indices are made of. */
function spoilIntegers(place: Place): void {
  const { random, graph } = place;
  const integers = [...graph.initializer, ...graph.node.flatMap(({ attribute }) => attribute.flatMap(({ t }) => t ?? []))].filter(({ dataType, rawData }) => dataType === 7 && rawData.length >= 8);
  if (integers.length === 0) return;
  const tensor = pick(random, integers);
  const bytes = Buffer.from(tensor.rawData);
  bytes.writeBigInt64LE(pick(random, sizes), 8 * random.integer(Math.floor(bytes.length / 8)));
  tensor.rawData = new Uint8Array(bytes);
}

function spoilAttribute(attribute: AttributeProto, random: RandomSource): void {
  attribute.i = random.integer(3) === 0 ? pick(random, sizes) : BigInt(random.integer(2000) - 1000);
  attribute.f = random.normal() * 1e30;
  attribute.ints = attribute.ints.map(() => (random.integer(4) === 0 ? pick(random, sizes) : BigInt(random.integer(20) - 10)));
  if (random.integer(3) === 0) attribute.type = random.integer(16);
}

/** Graphs inside graphs, so deep. */
function nest(graph: GraphProto, depth: number): void {
  let inner = create(AttributeProtoSchema, { name: "then_branch", type: AttributeType.TENSOR, t: create(TensorProtoSchema, { dataType: 1 }) });
  for (let level = 0; level < depth; level++) {
    const node = create(NodeProtoSchema, { opType: "If", input: ["input_ids"], output: ["x"], attribute: [inner] });
    inner = create(AttributeProtoSchema, { name: "then_branch", type: AttributeType.GRAPH, g: { $typeName: "onnx.GraphProto", ...emptyGraph, node: [node] } as GraphProto });
  }
  graph.node.push(create(NodeProtoSchema, { opType: "If", input: ["input_ids"], output: ["nested"], attribute: [inner] }));
}

const emptyGraph = { name: "", initializer: [], sparseInitializer: [], docString: "", input: [], output: [], valueInfo: [], quantizationAnnotation: [], metadataProps: [] };
