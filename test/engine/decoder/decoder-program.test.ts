import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Backbone } from "../../../src/backbone/backbone.js";
import { openGgufBackbone } from "../../../src/backbone/gguf/open-gguf-backbone.js";
import { DecoderProgram, type DecoderProgramOptions } from "../../../src/engine/decoder/decoder-program.js";
import type { Sequence } from "../../../src/engine/program.js";
import { sequence } from "./sequences.js";

const modelFile = path.resolve("test/fixtures/tiny.gguf");
let cache: string;
let backbone: Backbone;

beforeAll(async () => {
  cache = mkdtempSync(path.join(tmpdir(), "ptune-decoder-"));
  const hash = createHash("sha256").update(readFileSync(modelFile)).digest("hex");
  backbone = await openGgufBackbone({ name: "tiny", format: "gguf", modelFile, folder: path.dirname(modelFile), files: [], description: "tiny", sha256: hash }, { cache });
});
afterAll(async () => {
  await backbone.dispose();
  rmSync(cache, { recursive: true, force: true });
});

const words = { kind: "words", tokenIds: Int32Array.of(10, 20, 30) } as const;
const prompt = (rows: number): Float32Array => backbone.embeddings.gather(Array.from({ length: rows }, (_, i) => 40 + i));

/** Log-probabilities of a sequence alone, in the plain layout: the reference for everything else here. */
async function alone(item: Sequence, rows: number): Promise<Float32Array> {
  const program = await backbone.createProgram({ virtualTokens: rows, head: words, layout: "plain" });
  const { logProbabilities } = await program.score([item], { prompt: prompt(rows) });
  await program.dispose();
  return logProbabilities[0][0];
}

const close = (a: Float32Array, b: Float32Array): void => a.forEach((value, i) => expect(value).toBeCloseTo(b[i], 4));

describe("a decoder's program", () => {
  it("scores a batch in which only some sequences have kept texts", async () => {
    const program = await backbone.createProgram({ virtualTokens: 2, head: words });
    const values = { prompt: prompt(2) };
    await program.score([sequence([5, 6, 7, "s0", "s1", 8])], values);
    const batch = [sequence([5, 6, 7, 9, 8]), sequence([11, 12, 13])];
    const { logProbabilities } = await program.score(batch, values);
    for (const [i, item] of batch.entries()) close(logProbabilities[i][0], await alone(item, 2));
    await program.dispose();
  });

  it.each([
    ["in front of the text", [sequence(["s0", "s1", 5, 6, 7]), sequence(["s0", "s1", 9])], [sequence(["s0", "s1", 11, 12]), sequence(["s0", "s1", 13, 14, 15, 16])]],
    ["behind the text", [sequence([5, 6, 7, "s0", "s1", 8]), sequence([9, "s0", "s1", 8])], [sequence([9, "s0", "s1", 8]), sequence([11, 12, "s0", "s1", 8])]],
    ["between a common beginning and the text", [sequence([4, 3, "s0", "s1", 8]), sequence([4, 3, "s0", "s1", 9, 10])], [sequence([4, 3, "s0", "s1", 5, 6]), sequence([4, 3, "s0", "s1", 7])]],
  ])("makes the steps of several prompts in one pass: %s", async (_, ...batches) => {
    const program = await backbone.createProgram({ virtualTokens: 2, head: words });
    const requests = [...batches, batches[0].slice(0, 1), batches[1]].map((batch, i) => ({ batch, values: { prompt: backbone.embeddings.gather([50 + i, 60 + i]) } }));
    const together = await program.stepTogether!(requests);
    expect(together).toHaveLength(requests.length);
    for (const [i, { batch, values }] of requests.entries()) {
      const one = await program.step(batch, values);
      expect(together[i].loss).toBeCloseTo(one.loss, 5);
      expect(together[i].gradients.prompt).toHaveLength(one.gradients.prompt.length);
      const scale = Math.max(...one.gradients.prompt.map(Math.abs));
      expect(scale).toBeGreaterThan(0);
      one.gradients.prompt.forEach((value, at) => expect(Math.abs(together[i].gradients.prompt[at] - value)).toBeLessThan(1e-4 * scale));
    }
    await program.dispose();
  });

  it("makes several passes of a batch of long texts, whose results add up", async () => {
    const program = await backbone.createProgram({ virtualTokens: 2, head: words });
    const values = { prompt: prompt(2) };
    const text = (length: number, from: number) => Array.from({ length }, (_, i) => 5 + ((from + 7 * i) % 200));
    const batch = [300, 250, 310, 290, 260].map((length, i) => sequence(["s0", "s1", ...text(length, i)]));
    const whole = await program.step(batch, values);
    const singles: Awaited<ReturnType<typeof program.step>>[] = [];
    for (const item of batch) singles.push(await program.step([item], values));
    const mean = (of: (step: (typeof singles)[number]) => number) => singles.reduce((sum, step) => sum + of(step), 0) / singles.length;
    expect(whole.loss).toBeCloseTo(mean(({ loss }) => loss), 5);
    const scale = Math.max(...whole.gradients.prompt.map(Math.abs));
    whole.gradients.prompt.forEach((value, at) => expect(Math.abs(value - mean(({ gradients }) => gradients.prompt[at]))).toBeLessThan(1e-4 * scale));
    const scored = await program.score(batch, values);
    expect(scored.loss).toBeCloseTo(whole.loss, 5);
    for (const [i, item] of batch.entries()) close(scored.logProbabilities[i][0], await alone(item, 2));
    await program.dispose();
  });

  it("gives the same with no memory for kept texts, and says that it is full once", async () => {
    const notices: string[] = [];
    const program = await backbone.createProgram({ virtualTokens: 2, head: words, keptMemory: 0, onNotice: (code) => notices.push(code) });
    const batch = [sequence([5, 6, 7, "s0", "s1", 8]), sequence([9, "s0", "s1", 8])];
    for (let i = 0; i < 2; i++) {
      const { logProbabilities } = await program.score(batch, { prompt: prompt(2) });
      for (const [n, item] of batch.entries()) close(logProbabilities[n][0], await alone(item, 2));
    }
    expect(notices).toEqual(["kept-memory-full"]);
    await program.dispose();
  });

  it("gives the same with kept texts on the disk, and with a disk that gives nothing back", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "ptune-kept-"));
    const batch = [sequence([5, 6, 7, "s0", "s1", 8]), sequence([9, "s0", "s1", 8])];
    // A folder that cannot be made: inside a file.
    for (const { place, expected } of [{ place: folder, expected: [] }, { place: path.join(path.resolve("package.json"), "scratch"), expected: ["kept-memory-full"] }]) {
      const notices: string[] = [];
      const program = await backbone.createProgram({ virtualTokens: 2, head: words, keptMemory: 0, keptOnDisk: { folder: place, bytes: 1e6 }, onNotice: (code) => notices.push(code) });
      for (let i = 0; i < 3; i++) {
        const { logProbabilities } = await program.score(batch, { prompt: prompt(2) });
        for (const [n, item] of batch.entries()) close(logProbabilities[n][0], await alone(item, 2));
        if (i === 1) await program.releaseKept?.();
      }
      expect([...new Set(notices)]).toEqual(expected);
      await program.dispose();
    }
    rmSync(folder, { recursive: true });
  });

  it("handles a prompt in several places of one text", async () => {
    const program = await backbone.createProgram({ virtualTokens: 3, head: words });
    const batch = [sequence([5, "s0", 6, 7, "s1", "s2", 8]), sequence([5, "s0", 9, "s1", "s2", 8])];
    const { logProbabilities } = await program.score(batch, { prompt: prompt(3) });
    for (const [n, item] of batch.entries()) close(logProbabilities[n][0], await alone(item, 3));
    await program.dispose();
  });

  it("generates the same greedily as by scoring the whole text again and again", async () => {
    const program = await backbone.createProgram({ virtualTokens: 2, head: { kind: "vocabulary" } });
    const values = { prompt: prompt(2) };
    const parts: (number | string)[] = [5, 6, "s0", "s1", 8];
    const generated = await program.generate(sequence(parts, []), values, { maxNewTokens: 6, stopTokenIds: [] });
    expect(generated).toHaveLength(6);
    for (const token of generated) {
      const { logProbabilities } = await program.score([sequence(parts)], values);
      expect(token).toBe(logProbabilities[0][0].indexOf(Math.max(...logProbabilities[0][0])));
      parts.push(token);
    }
    await program.dispose();
  });

  it("ends a generation before a stop token and when it is stopped", async () => {
    const program = await backbone.createProgram({ virtualTokens: 2, head: { kind: "vocabulary" } });
    const values = { prompt: prompt(2) };
    const start = sequence([5, 6, "s0", "s1", 8], []);
    const [first] = await program.generate(start, values, { maxNewTokens: 1, stopTokenIds: [] });
    expect(await program.generate(start, values, { maxNewTokens: 5, stopTokenIds: [first] })).toHaveLength(0);
    await expect(program.generate(start, values, { maxNewTokens: 5, stopTokenIds: [], signal: AbortSignal.abort() })).rejects.toMatchObject({ kind: "stopped" });
    await program.dispose();
  });

  it("generates for several texts at once what it generates for each alone", async () => {
    const program = await backbone.createProgram({ virtualTokens: 2, head: { kind: "vocabulary" } });
    const values = { prompt: prompt(2) };
    const batch = [sequence([5, 6, "s0", "s1", 8], []), sequence([9, "s0", "s1"], []), sequence([7, 11, 12, 13, "s0", 14, "s1", 15, 16, 17, 18, 19], []), sequence([9, "s0", "s1"], []), sequence([3], [])];
    const options = { maxNewTokens: 12, stopTokenIds: [] };
    const each = [];
    for (const item of batch) each.push(await program.generate(item, values, options));
    const told: [number, number][] = [];
    expect(await program.generateBatch!(batch, values, { ...options, onToken: (token, place) => told.push([place, token]) })).toEqual(each);
    each.forEach((tokens, place) => expect(told.filter(([at]) => at === place).map(([, token]) => token)).toEqual([...tokens]));

    // They end at different places: the others go on as if nothing had been.
    const stopTokenIds = [each[0][3], each[1][0]];
    const ended = [];
    for (const item of batch) ended.push(await program.generate(item, values, { ...options, stopTokenIds }));
    expect(new Set(ended.map(({ length }) => length)).size).toBeGreaterThan(1);
    expect(await program.generateBatch!(batch, values, { ...options, stopTokenIds })).toEqual(ended);
    await program.dispose();
  });

  it("generates at once with layers that see a window only, as scoring the whole text does", async () => {
    const plain = await backbone.createProgram({ virtualTokens: 1, head: { kind: "vocabulary" }, layout: "plain" });
    const { options } = plain as unknown as { readonly options: DecoderProgramOptions };
    const { configuration } = options;
    const program = new DecoderProgram({ ...options, configuration: { ...configuration, window: 4, layerKinds: configuration.layerKinds.map((kind, layer) => ({ ...kind, windowed: layer % 2 === 0 })) } });
    const values = { prompt: prompt(1) };
    const texts: (number | string)[][] = [[5, 6, "s0", 8, 9, 10, 11], [9, "s0"], [7, 11, 12, "s0"]];
    const generated = await program.generateBatch(texts.map((parts) => sequence(parts, [])), values, { maxNewTokens: 8, stopTokenIds: [] });
    for (const [place, parts] of texts.entries()) {
      for (const token of generated[place]) {
        const [[scores]] = (await program.score([sequence(parts)], values)).logProbabilities;
        expect(token).toBe(scores.indexOf(Math.max(...scores)));
        parts.push(token);
      }
    }
    await Promise.all([plain.dispose(), program.dispose()]);
  });

  it("ends each text of a batch where the context ends", async () => {
    const program = await backbone.createProgram({ virtualTokens: 1, head: { kind: "vocabulary" } });
    const values = { prompt: prompt(1) };
    const { contextLength } = backbone.description;
    const long = (length: number): Sequence => sequence(["s0", ...Array.from({ length: length - 1 }, (_, i) => 3 + (i % 50))], []);
    const batch = [long(contextLength - 3), long(contextLength - 1), long(contextLength - 6)];
    const together = await program.generateBatch!(batch, values, { maxNewTokens: 20, stopTokenIds: [] });
    const each = [];
    for (const item of batch) each.push(await program.generate(item, values, { maxNewTokens: 20, stopTokenIds: [] }));
    expect(together.map(({ length }) => length)).toEqual([3, 1, 6]);
    expect(together).toEqual(each);
    await program.dispose();
  });

  it("gives a light head and the prompt gradients that lower the loss", async () => {
    const program = await backbone.createProgram({ virtualTokens: 2, head: { kind: "linear", classes: 2 } });
    const width = backbone.description.hiddenSize;
    const values = { prompt: prompt(2), "head.weight": Float32Array.from({ length: 2 * width }, (_, i) => Math.sin(i) / 10), "head.bias": new Float32Array(2) };
    const batch = [sequence([5, "s0", "s1", 8], [{ row: 3, target: 0 }]), sequence([6, "s0", "s1", 8], [{ row: 3, target: 1 }])];
    const { loss, gradients } = await program.step(batch, values);
    const moved = Object.fromEntries(Object.entries(values).map(([name, data]) => [name, data.map((value, i) => value - 0.01 * gradients[name][i])]));
    expect((await program.step(batch, moved)).loss).toBeLessThan(loss);
    await program.dispose();
  });

  it("approximates gradients by 8-bit products: nearly the same direction, exactly the same loss", async () => {
    const batch = [sequence(["s0", "s1", 5, 6, 7, 8]), sequence(["s0", "s1", 9, 10]), sequence(["s0", "s1", 11, 12, 13, 14, 15])];
    const values = { prompt: prompt(2) };
    const results = [];
    for (const backward of ["exact", "approximate"] as const) {
      const program = await backbone.createProgram({ virtualTokens: 2, head: words, backward });
      expect(program.approximate).toBe(backward === "approximate");
      results.push(await program.step(batch, values));
      await program.dispose();
    }
    const [exact, approximate] = results;
    expect(approximate.loss).toBe(exact.loss);
    expect(cosine(approximate.gradients.prompt, exact.gradients.prompt)).toBeGreaterThan(0.95);
    expect(approximate.gradients.prompt).not.toEqual(exact.gradients.prompt);
  });

  it("gives the same with weights packed for speed", async () => {
    const batch = [sequence(["s0", "s1", 5, 6, 7, 8]), sequence(["s0", "s1", 9, 10])];
    const program = await backbone.createProgram({ virtualTokens: 2, head: words, packWeights: true });
    const { logProbabilities } = await program.score(batch, { prompt: prompt(2) });
    for (const [n, item] of batch.entries()) close(logProbabilities[n][0], await alone(item, 2));
    await program.dispose();
  });
});

function cosine(a: Float32Array, b: Float32Array): number {
  const dot = (x: Float32Array, y: Float32Array): number => x.reduce((sum, value, i) => sum + value * y[i], 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}
