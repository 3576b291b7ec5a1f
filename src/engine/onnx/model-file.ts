import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { PromptTuningError } from "../../common/errors.js";
import type { Graph } from "../graph/graph.js";
import { fromModelProto } from "./from-model-proto.js";
import { ModelProtoSchema } from "./onnx_pb.js";
import { type SerializeOptions, toModelProto } from "./to-model-proto.js";

/**
 * Reads an ONNX model. Weights inside the file stay views on its bytes; external data stays a reference.
 * @throws PromptTuningError kind "model" when the bytes are not an ONNX model this program can hold.
 */
export function parseModel(bytes: Uint8Array, file?: string): Graph {
  let proto;
  try {
    // A plain view: parts of a Buffer would be Buffers, whose slice() does not copy.
    proto = fromBinary(ModelProtoSchema, new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  } catch (cause) {
    throw new PromptTuningError("model", `${file ? basename(file) : "The model"} is not a readable ONNX file.`, {
      reason: `Its protobuf content breaks off or is damaged (${cause instanceof Error ? cause.message : String(cause)}).`,
      advice: "Download or export it again.",
      file,
      cause,
    });
  }
  return fromModelProto(proto, file);
}

export async function readModelFile(file: string): Promise<Graph> {
  return parseModel(await readFile(file), file);
}

/** The graph as the bytes of an ONNX model, external data by reference. */
export function serializeModel(graph: Graph, options?: SerializeOptions): Uint8Array {
  return toBinary(ModelProtoSchema, toModelProto(graph, options));
}
