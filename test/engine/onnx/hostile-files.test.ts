import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { afterAll, describe, expect, it } from "vitest";
import { PromptTuningError } from "../../../src/common/errors.js";
import { RandomSource } from "../../../src/common/random.js";
import { buildExportedGraph } from "../../../src/engine/exported/build-graph.js";
import { createExportedProgram } from "../../../src/engine/exported/exported-program.js";
import { openExportedModel } from "../../../src/engine/exported/open-exported-model.js";
import { type AttributeProto, type ModelProto, ModelProtoSchema } from "../../../src/engine/onnx/onnx_pb.js";
import { serializeModel } from "../../../src/engine/onnx/model-file.js";

const reference = join(__dirname, "../exported/reference/dynamo");
const folder = mkdtempSync(join(tmpdir(), "hostile-onnx-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
copyFileSync(join(reference, "model.onnx.data"), join(folder, "model.onnx.data"));
const file = join(folder, "model.onnx");
const original = readFileSync(join(reference, "model.onnx"));

function mutateBytes(random: RandomSource): Uint8Array {
  const bytes = new Uint8Array(original);
  switch (random.integer(4)) {
    case 0: // Breaks off.
      return bytes.subarray(0, random.integer(bytes.length));
    case 1: // A few bytes differ.
      for (let i = 1 + random.integer(8); i > 0; i--) bytes[random.integer(bytes.length)] = random.integer(256);
      return bytes;
    case 2: {
      // A piece is missing.
      const from = random.integer(bytes.length);
      return Uint8Array.from([...bytes.subarray(0, from), ...bytes.subarray(from + 1 + random.integer(64))]);
    }
    default: // Bytes out of nothing.
      return Uint8Array.from({ length: random.integer(400) }, () => random.integer(256));
  }
}

/** Changes that stay a readable file: what a node, a type or a weight says of itself is wrong. */
function mutateMeaning(random: RandomSource): Uint8Array {
  const model: ModelProto = fromBinary(ModelProtoSchema, new Uint8Array(original));
  const graph = model.graph!;
  const pick = <T>(list: readonly T[]): T => list[random.integer(list.length)];
  const names = graph.node.flatMap((node) => node.output).concat([...graph.initializer.map((tensor) => tensor.name), "input_ids", "", "nothing"]);
  for (let changes = 1 + random.integer(4); changes > 0; changes--) {
    const node = pick(graph.node);
    switch (random.integer(12)) {
      case 0:
        if (node.input.length > 0) node.input[random.integer(node.input.length)] = pick(names);
        break;
      case 1:
        node.input.length = random.integer(node.input.length + 1);
        break;
      case 2:
        node.opType = pick(["Gather", "Split", "Softmax", "Concat", "If", "Loop", "Transpose", "Reshape", "Slice", "Where", "Expand", "ReduceMean", "Conv", "", "GroupQueryAttention", "MatMul", "Pad", "Cast", "Constant"]);
        break;
      case 3:
        node.output.length = random.integer(node.output.length + 1);
        break;
      case 4:
        for (const attribute of node.attribute) spoil(attribute, random);
        break;
      case 5:
        node.attribute.splice(0);
        break;
      case 6: {
        const tensor = pick(graph.initializer);
        tensor.dims = Array.from({ length: random.integer(5) }, () => BigInt(pick([0, 1, 2, -1, 7, 2 ** 31, Number.MAX_SAFE_INTEGER])));
        break;
      }
      case 7:
        pick(graph.initializer).dataType = random.integer(30);
        break;
      case 8: {
        const info = pick(graph.valueInfo).type?.value;
        if (info?.case === "tensorType") info.value.shape?.dim.splice(0, 1 + random.integer(3));
        break;
      }
      case 9:
        graph.node.splice(random.integer(graph.node.length), 1 + random.integer(3));
        break;
      case 10:
        graph.node.push(graph.node.splice(random.integer(graph.node.length), 1)[0]);
        break;
      default:
        pick([() => graph.input.splice(random.integer(3), 1), () => graph.output.splice(0), () => model.opsetImport.splice(0), () => (node.domain = "com.microsoft"), () => (pick(graph.input).name = "use_cache_branch")])();
    }
  }
  return toBinary(ModelProtoSchema, model);
}

function spoil(attribute: AttributeProto, random: RandomSource): void {
  attribute.i = BigInt(random.integer(2000) - 1000);
  attribute.f = random.normal() * 1e30;
  attribute.ints = attribute.ints.map(() => BigInt(random.integer(20) - 10));
  if (random.integer(3) === 0) attribute.type = random.integer(16);
}

/** Reads a file as far as a session would be opened, or only as far as a program would be made. @returns whether it was understood. */
async function read(bytes: Uint8Array, differentiated = true): Promise<boolean> {
  writeFileSync(file, bytes);
  try {
    const model = await openExportedModel(file);
    if (!differentiated) return true;
    const graph = buildExportedGraph(model, { virtualTokens: 4, head: { kind: "words", tokenIds: Int32Array.of(1, 2) }, purpose: "step" });
    serializeModel(graph);
    return true;
  } catch (error) {
    if (!(error instanceof PromptTuningError)) throw error;
    expect(error.kind === "model" || error.kind === "operator").toBe(true);
    expect(error.describe().length).toBeLessThan(2000);
    expect(error.describe()).not.toMatch(/[\u0000-\u001f]/);
    return false;
  }
}

describe("hostile ONNX files", () => {
  it("10,000 damaged and forged models end in a typed error or are understood", async () => {
    const random = RandomSource.fromSeed(7);
    const counts = { understood: 0, refused: 0 };
    const before = process.memoryUsage().rss;
    let slowest = 0;
    for (let i = 0; i < 10_000; i++) {
      const bytes = i % 8 === 0 ? mutateMeaning(random) : mutateBytes(random);
      const start = performance.now();
      counts[(await read(bytes, i % 3 === 0)) ? "understood" : "refused"]++;
      slowest = Math.max(slowest, performance.now() - start);
    }
    const growth = Math.round((process.memoryUsage().rss - before) / 1e6);
    console.log(`${counts.refused} refused, ${counts.understood} understood, slowest ${Math.round(slowest)} ms, memory grew by ${growth} MB`);
    expect(counts.refused + counts.understood).toBe(10_000);
    expect(counts.refused).toBeGreaterThan(3000);
  }, 180_000);

  it("100 forged models that are understood end in a typed error, or run, in onnxruntime", async () => {
    const random = RandomSource.fromSeed(11);
    const counts = { ran: 0, refused: 0 };
    for (let tries = 0; counts.ran + counts.refused < 100 && tries < 4000; tries++) {
      const bytes = mutateMeaning(random);
      if (!(await read(bytes))) continue;
      try {
        const program = createExportedProgram({ model: await openExportedModel(file), virtualTokens: 4, head: { kind: "words", tokenIds: Int32Array.of(1, 2) }, threads: 1 });
        await program.step([{ tokens: Int32Array.of(-1, -1, -1, -1, 5, 6), virtualTokens: Int32Array.of(0, 1, 2, 3, -1, -1), scored: [{ row: 5, target: 1 }] }], { prompt: new Float32Array(4 * 64) });
        await program.dispose();
        counts.ran++;
      } catch (error) {
        if (!(error instanceof PromptTuningError)) throw error;
        counts.refused++;
      }
    }
    console.log(`${counts.ran} ran, ${counts.refused} refused`);
    expect(counts.ran + counts.refused).toBe(100);
  }, 120_000);

  const bombs: [string, () => Uint8Array][] = [
    // Field 7 (graph) of the model, then field 1 (node) → field 5 (attribute) → field 6 (graph), thousands deep.
    ["graphs nested 20,000 deep", () => nested(20_000)],
    ["graphs nested 40 deep", () => nested(40)],
    ["a length of four gigabytes", () => Uint8Array.from([0x3a, 0xff, 0xff, 0xff, 0xff, 0x0f, 1, 2, 3])],
    ["an empty file", () => new Uint8Array(0)],
    ["zeros", () => new Uint8Array(100_000)],
    ["another format", () => new TextEncoder().encode("GGUF\u0003\u0000\u0000\u0000and so on".repeat(100))],
  ];
  it.each(bombs)("%s", async (_name, make) => {
    expect(await read(make())).toBe(false);
  });
});

function nested(depth: number): Uint8Array {
  let inner: number[] = [];
  const wrap = (field: number, body: number[]): number[] => {
    const length: number[] = [];
    let rest = body.length;
    do {
      length.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
      rest >>>= 7;
    } while (rest > 0);
    return [(field << 3) | 2, ...length, ...body];
  };
  // Each level copies the one inside, so deep nesting is built outwards in chunks of bytes.
  const parts: number[][] = [];
  let size = 0;
  for (let level = 0; level < depth; level++) {
    const attribute = header(6, size);
    size += attribute.length;
    const node = header(5, size);
    size += node.length;
    const graph = header(1, size);
    size += graph.length;
    parts.push([...graph, ...node, ...attribute]);
  }
  inner = parts.reverse().flat();
  return Uint8Array.from(wrap(7, inner));

  function header(field: number, length: number): number[] {
    const bytes = [(field << 3) | 2];
    do {
      bytes.push((length & 0x7f) | (length > 0x7f ? 0x80 : 0));
      length >>>= 7;
    } while (length > 0);
    return bytes;
  }
}
