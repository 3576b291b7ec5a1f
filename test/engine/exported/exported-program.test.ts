import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { PromptTuningError } from "../../../src/common/errors.js";
import { RandomSource } from "../../../src/common/random.js";
import { createExportedProgram } from "../../../src/engine/exported/exported-program.js";
import { openExportedModel } from "../../../src/engine/exported/open-exported-model.js";
import { verifyGradient } from "../../../src/engine/verify/finite-difference-check.js";
import type { Program } from "../../../src/engine/program.js";
import { batchOf, headOf, readReference, relativeError } from "./reference-cases.js";

const programs: Program[] = [];
afterAll(async () => {
  for (const program of programs) await program.dispose();
});

const folders = [
  ["torch.onnx, today's exporter, weights beside the file", join(__dirname, "reference/dynamo")],
  ["torch.onnx, the older exporter, weights inside", join(__dirname, "reference/torchscript")],
  ...(process.env.PTUNE_ONNX_REFERENCE ? [["PTUNE_ONNX_REFERENCE", process.env.PTUNE_ONNX_REFERENCE]] : []),
].filter(([, folder]) => existsSync(folder));

describe.each(folders)("%s", (_name, folder) => {
  const reference = readReference(folder);
  const file = join(folder, "model.onnx");

  it.each(reference.cases)("$name: loss and gradient as PyTorch", async (stored) => {
    const program = createExportedProgram({ model: await openExportedModel(file), virtualTokens: reference.virtualTokens, head: headOf(stored) });
    programs.push(program);
    const prompt = Float32Array.from(reference.prompt);
    const { loss, gradients } = await program.step(batchOf(stored), { prompt });
    const error = relativeError(gradients.prompt, stored.gradient);
    console.log(`${stored.name}: loss ${loss} (PyTorch ${stored.loss}), relative error of the gradient ${error.toExponential(2)}`);
    expect(Math.abs(loss - stored.loss)).toBeLessThan(1e-5 * Math.max(1, stored.loss));
    expect(error).toBeLessThan(1e-4);
    const scores = await program.score(batchOf(stored), { prompt });
    expect(scores.loss).toBeCloseTo(loss, 5);
    stored.logProbabilities?.forEach((rows, i) =>
      rows.forEach((row, n) => row.forEach((value, c) => (value === null ? expect(scores.logProbabilities[i][n][c]).toBe(-Infinity) : expect(scores.logProbabilities[i][n][c]).toBeCloseTo(value, 4)))),
    );
  });
});

describe.each(folders.slice(0, 2))("%s", (_name, folder) => {
  const reference = readReference(folder);
  const prompt = Float32Array.from(reference.prompt);
  const open = async (options: Partial<Parameters<typeof createExportedProgram>[0]> = {}): Promise<Program> => {
    const model = await openExportedModel(join(folder, "model.onnx"));
    const program = createExportedProgram({ model, virtualTokens: reference.virtualTokens, head: headOf(reference.cases[0]), ...options });
    programs.push(program);
    return program;
  };

  it("continues a text greedily as PyTorch, stops at a stop token and at the context's end", async () => {
    const { tokens, continuation } = reference.greedy!;
    const sequence = { tokens: Int32Array.from(tokens), virtualTokens: new Int32Array(tokens.length).fill(-1), scored: [] };
    const program = await open({ virtualTokens: 0, head: { kind: "vocabulary" } });
    const seen: number[] = [];
    const found = await program.generate(sequence, {}, { maxNewTokens: continuation.length, stopTokenIds: [], onToken: (id) => seen.push(id) });
    expect([...found]).toEqual(continuation);
    expect(seen).toEqual(continuation);
    const stop = continuation[3];
    const before = continuation.slice(0, continuation.indexOf(stop));
    expect([...(await program.generate(sequence, {}, { maxNewTokens: 8, stopTokenIds: [stop] }))]).toEqual(before);
    const short = await open({ virtualTokens: 0, contextLength: tokens.length + 2 });
    expect(await short.generate(sequence, {}, { maxNewTokens: 8, stopTokenIds: [] })).toHaveLength(2);
    await expect(program.generate(sequence, {}, { maxNewTokens: 8, stopTokenIds: [], signal: AbortSignal.abort() })).rejects.toMatchObject({ kind: "stopped" });
  });

  it("a soft prompt made of real embeddings equals the hard prompt", async () => {
    const model = await openExportedModel(join(folder, "model.onnx"));
    const ids = [9, 4, 7, 30];
    const soft = model.readEmbeddings().gather(ids);
    const text = [3, 8, 1];
    const scored = [{ row: 6, target: 1 }];
    const program = await open({ model });
    const withSoft = await program.score([{ tokens: Int32Array.from([-1, -1, -1, -1, ...text]), virtualTokens: Int32Array.from([0, 1, 2, 3, -1, -1, -1]), scored }], { prompt: soft });
    const plain = await open({ model, virtualTokens: 0 });
    const withHard = await plain.score([{ tokens: Int32Array.from([...ids, ...text]), virtualTokens: new Int32Array(7).fill(-1), scored }], {});
    expect(relativeError(withSoft.logProbabilities[0][0], withHard.logProbabilities[0][0])).toBeLessThan(1e-6);
  });

  it("one text alone equals the same text in a padded batch", async () => {
    const program = await open();
    const batch = batchOf(reference.cases[0]);
    const together = await program.score(batch, { prompt });
    for (const [i, sequence] of batch.entries()) {
      const alone = await program.score([sequence], { prompt });
      alone.logProbabilities[0].forEach((row, n) => row.forEach((value, c) => Number.isFinite(value) && expect(value).toBeCloseTo(together.logProbabilities[i][n][c], 5)));
    }
  });

  it("a text of one token can be scored", async () => {
    const program = await open({ virtualTokens: 0 });
    const { loss } = await program.score([{ tokens: Int32Array.of(5), virtualTokens: Int32Array.of(-1), scored: [{ row: 0, target: 0 }] }], {});
    expect(loss).toBeGreaterThan(0);
  });

  it("a light head gets gradients by its definition and by differences", async () => {
    const program = await open({ head: { kind: "linear", classes: 3 } });
    expect(program.trainables).toEqual([
      { name: "prompt", shape: [reference.virtualTokens, reference.hiddenSize] },
      { name: "head.weight", shape: [3, reference.hiddenSize] },
      { name: "head.bias", shape: [3] },
    ]);
    const batch = batchOf(reference.cases[0]).map((sequence) => ({ ...sequence, scored: sequence.scored.map(({ row, target }) => ({ row, target: target % 3 })) }));
    const values = { prompt, "head.weight": Float32Array.from({ length: 3 * reference.hiddenSize }, (_, i) => Math.sin(i) / 8), "head.bias": Float32Array.of(0.1, -0.2, 0) };
    const check = await verifyGradient(program, batch, values, { directions: 4, random: RandomSource.fromSeed(5) });
    expect(check.passed).toBe(true);
  });

  it("its embedding table is the model's", async () => {
    const model = await openExportedModel(join(folder, "model.onnx"));
    const table = model.readEmbeddings();
    expect([table.rows, table.width, model.vocabularySize, model.hiddenSize]).toEqual([reference.vocabularySize, reference.hiddenSize, reference.vocabularySize, reference.hiddenSize]);
    expect(table.matrix()).toHaveLength(table.rows * table.width);
    expect([...table.gather([3, 3])]).toEqual([...table.matrix().subarray(3 * table.width, 4 * table.width), ...table.matrix().subarray(3 * table.width, 4 * table.width)]);
    expect(() => table.gather([table.rows])).toThrow(PromptTuningError);
  });
});
