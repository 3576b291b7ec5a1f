import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { forgeOnnx } from "../../../bench/data/hostile-models/onnx.js";
import { PromptTuningError } from "../../../src/common/errors.js";
import { RandomSource } from "../../../src/common/random.js";
import { buildExportedGraph } from "../../../src/engine/exported/build-graph.js";
import { createExportedProgram } from "../../../src/engine/exported/exported-program.js";
import { openExportedModel } from "../../../src/engine/exported/open-exported-model.js";
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

const mutateMeaning = (random: RandomSource): Uint8Array => forgeOnnx(random, original);

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
