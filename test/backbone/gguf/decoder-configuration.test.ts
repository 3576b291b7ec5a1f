import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readGgufHeader } from "../../../src/backbone/gguf/header.js";
import { readGgufDecoder } from "../../../src/backbone/gguf/decoder-configuration.js";
import type { DecoderConfiguration } from "../../../src/engine/decoder/configuration.js";
import { ggufFile, tinyLlama, type PlainTensor, type PlainValue } from "./builder.js";

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), "gguf-"))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function configurationOf(metadata: Record<string, PlainValue>, tensors: readonly PlainTensor[]): Promise<DecoderConfiguration> {
  const path = join(folder, "model.gguf");
  writeFileSync(path, ggufFile(metadata, tensors));
  return (await readGgufDecoder(await readGgufHeader(path))).configuration;
}

const f32 = (name: string, ...shape: number[]): PlainTensor => ({
  name,
  shape,
  typeId: 0,
  data: new Uint8Array(4 * shape.reduce((product, length) => product * length, 1)),
});

describe("readGgufDecoder", () => {
  it("reads a tied model", async () => {
    const { metadata, tensors } = tinyLlama();
    expect(await configurationOf(metadata, tensors)).toMatchObject({
      hiddenSize: 8,
      layers: 2,
      attentionHeads: 4,
      keyValueHeads: 2,
      headSize: 2,
      feedForwardSize: 12,
      contextLength: 64,
      normEpsilon: Math.fround(1e-5),
      vocabularySize: 6,
      tiedEmbeddings: true,
      normalization: "rms",
      activation: "silu",
      embeddingScale: 1,
      attentionScale: 1 / Math.sqrt(2),
      rotaryTables: [{ inverseFrequencies: [1], amplitude: 1 }],
      layerKinds: [{ windowed: false, rotary: 0 }, { windowed: false, rotary: 0 }],
    });
  });

  it("reads an untied model, and falls back where a key may be absent", async () => {
    const { metadata, tensors } = tinyLlama();
    delete metadata["llama.rope.freq_base"];
    delete metadata["llama.rope.dimension_count"];
    delete metadata["llama.vocab_size"];
    const configuration = await configurationOf(metadata, [...tensors, f32("output.weight", 6, 8)]);
    expect(configuration).toMatchObject({ tiedEmbeddings: false, vocabularySize: 6 });
  });

  const changes: [string, (model: ReturnType<typeof tinyLlama>) => void, RegExp][] = [
    ["another architecture", ({ metadata }) => (metadata["general.architecture"] = "mamba"), /"mamba".*llama \(Llama 2 and 3, SmolLM2\).* and gpt2 \(GPT-2\)/s],
    ["no architecture", ({ metadata }) => delete metadata["general.architecture"], /does not name/],
    ["no width", ({ metadata }) => delete metadata["llama.embedding_length"], /hiddenSize/],
    ["a width that is a text", ({ metadata }) => (metadata["llama.embedding_length"] = "8"), /llama\.embedding_length.*number/],
    ["a billion layers", ({ metadata }) => (metadata["llama.block_count"] = 1_000_000_000), /layers/],
    ["more layers than there are", ({ metadata }) => (metadata["llama.block_count"] = 3), /blk\.2\.attn_norm\.weight is missing/],
    ["heads that do not divide the width", ({ metadata }) => (metadata["llama.attention.head_count"] = 3), /headSize/],
    ["heads that do not divide", ({ metadata }) => (metadata["llama.attention.head_count_kv"] = 3), /evenly/],
    ["an epsilon of NaN", ({ metadata }) => (metadata["llama.attention.layer_norm_rms_epsilon"] = NaN), /finite/],
    ["an epsilon of 0", ({ metadata }) => (metadata["llama.attention.layer_norm_rms_epsilon"] = 0), /normEpsilon/],
    ["half rotation", ({ metadata }) => (metadata["llama.rope.dimension_count"] = 1), /1 cannot be rotated/],
    ["an unknown scaling", ({ metadata }) => (metadata["llama.rope.scaling.type"] = "dynamic"), /"dynamic"/],
    ["linear scaling beyond reason", ({ metadata }) => Object.assign(metadata, { "llama.rope.scaling.type": "linear", "llama.rope.scaling.factor": 4e9 }), /factor of its rotary scaling is 4000000000/],
    ["YaRN without a factor", ({ metadata }) => (metadata["llama.rope.scaling.type"] = "yarn"), /lacks rope\.scaling\.factor/],
    ["YaRN with a factor beyond reason", ({ metadata }) => Object.assign(metadata, { "llama.rope.scaling.type": "yarn", "llama.rope.scaling.factor": 4e9 }), /4000000000; 1 to 1000000/],
    ["YaRN with another amplitude", ({ metadata }) => Object.assign(metadata, { "llama.rope.scaling.type": "yarn", "llama.rope.scaling.factor": 4, "llama.rope.scaling.yarn_log_multiplier": 0.1 }), /yarn_log_multiplier/],
    ["YaRN beside divisors", ({ metadata, tensors }) => { Object.assign(metadata, { "llama.rope.scaling.type": "yarn", "llama.rope.scaling.factor": 4 }); tensors.push({ name: "rope_freqs.weight", shape: [1], typeId: 0, data: new Uint8Array(Float32Array.of(2).buffer) }); }, /scaled twice/],
    ["experts", ({ metadata }) => (metadata["llama.expert_count"] = 8), /experts/],
    ["a vocabulary of another size", ({ metadata }) => (metadata["llama.vocab_size"] = 7), /announces 7/],
    ["a missing tensor", ({ tensors }) => tensors.splice(3, 1), /blk\.0\.attn_k\.weight is missing/],
    ["a wrong shape", ({ tensors }) => tensors.splice(2, 1, f32("blk.0.attn_q.weight", 8, 4)), /blk\.0\.attn_q\.weight has the shape \[8, 4\] instead of \[8, 8\]/],
    ["a bias", ({ tensors }) => tensors.push(f32("blk.0.attn_q.bias", 8)), /blk\.0\.attn_q\.bias/],
    ["frequency factors", ({ tensors }) => tensors.push(f32("rope_freqs.weight", 3)), /rope_freqs\.weight holds 3 divisors.*1 are needed/s],
    ["a type that cannot be read", ({ tensors }) => (tensors[1] = { ...tensors[1], typeId: 26 }), /blk\.0\.attn_norm\.weight.*I32.*F32, F16/],
  ];
  it.each(changes)("refuses %s and names it", async (_, change, message) => {
    const model = tinyLlama();
    change(model);
    const error = await configurationOf(model.metadata, model.tensors).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ kind: "model" });
    expect((error as { describe(): string }).describe()).toMatch(message);
  });
});
