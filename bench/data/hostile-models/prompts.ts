import { zipSync } from "fflate";
import type { RandomSource } from "../../../src/common/random.js";
import { encodeNpy } from "../../../src/adapter/npy.js";
import { encodeSafetensors } from "../../../src/adapter/safetensors.js";
import { type HostileFile, type HostileFiles, pick, sometimesOdd, spoilBytes, stand, withPrototypeName } from "./edits.js";
import { spoilJson } from "./json.js";
import { hostileSafetensors } from "./safetensors.js";

const prompt = { shape: [4, 8], values: Float32Array.from({ length: 32 }, (_, i) => i / 32) };
const npy = Buffer.from(encodeNpy(prompt));
const shapes = ["(4, 8)", "(8, 4)", "(32,)", "()", "(4294967296, 4294967296)", "(9007199254740993, 1)", "(-4, -8)", "(4, 8, 1, 1)", "(0, 8)", "(0x4, 8)", "(1e3,)", "(4"];
const types = ["<f4", "<f2", "|V2", ">f4", "|O", "<i8", "<c16", "", "<f4\\x00"];

/** NumPy's format: the dictionary of its header, its lengths, or its bytes. */
export function hostileNpy(random: RandomSource): HostileFile {
  if (random.integer(2) === 0) return spoilBytes(random, npy, () => random.integer(random.integer(2) === 0 ? npy.length : 80));
  const dictionary = `{'descr': '${pick(random, types)}', 'fortran_order': ${pick(random, ["False", "True", "None", "False"])}, 'shape': ${pick(random, shapes)}, }`;
  const header = dictionary.padEnd(random.integer(200)) + "\n";
  const begin = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, pick(random, [1, 1, 2, 3, 9]), 0, 0, 0]);
  begin.writeUInt16LE(random.integer(4) === 0 ? pick(random, [0, 1, 0x7fff, 0xffff]) : header.length, 8);
  return sometimesOdd(random, Buffer.concat([begin, Buffer.from(header), npy.subarray(-128)]));
}

const entryNames = ["tensor.npy", "meta.json", "../tensor.npy", "/tensor.npy", "tensor.pkl", stand, "a\\..\\b", "C:x", "meta.json\0", "x".repeat(300)];

/** KoboldAI's zip: what lies in it, its directory, or its bytes. */
export function hostileKobold(random: RandomSource): HostileFile {
  const entries: Record<string, Uint8Array> = {};
  const content: Readonly<Record<string, () => Uint8Array>> = {
    "tensor.npy": () => hostileNpy(random).bytes,
    "meta.json": () => spoilJson(random, '{"name":"a","author":"b","supported":["c"],"description":"d"}'),
  };
  entries["tensor.npy"] = random.integer(2) === 0 ? npy : content["tensor.npy"]();
  if (random.integer(3) > 0) entries["meta.json"] = content["meta.json"]();
  for (let more = random.integer(3); more > 0; more--) {
    const value = random.integer(12) === 0 ? new Uint8Array(3_000_000) : pick(random, Object.values(content))();
    entries[pick(random, entryNames)] = value;
  }
  const whole = withPrototypeName(zipSync(entries, { level: random.integer(2) === 0 ? 0 : 6 }));
  if (random.integer(3) === 0) return sometimesOdd(random, whole);
  // Names, sizes and offsets stand at the end.
  return spoilBytes(random, whole, () => (random.integer(2) === 0 ? random.integer(whole.length) : Math.max(0, whole.length - 1 - random.integer(200))));
}

const configuration = JSON.stringify({ peft_type: "PROMPT_TUNING", num_virtual_tokens: 4, token_dim: 8, num_transformer_submodules: 1, base_model_name_or_path: "owner/name", task_type: "CAUSAL_LM", inference_mode: true });
const tuning = JSON.stringify({
  format: "prompt-tuning-lab/1",
  program: "0.1.0",
  backbone: { name: "tiny", family: "llama", hiddenSize: 8, sha256: "0".repeat(64) },
  model: { path: "model.gguf" },
  method: { type: "prompt-tuning", init: { type: "random" } },
  virtualTokens: 4,
  task: { type: "classification", template: "{text}{soft:4}{label}", verbalizer: { a: " a", b: " b" }, head: "linear" },
  labels: ["a", "b"],
});
const weights = Buffer.from(encodeSafetensors({ prompt_embeddings: prompt }));
const head = Buffer.from(encodeSafetensors({ "head.weight": { shape: [2, 8], values: new Float32Array(16) }, "head.bias": { shape: [2], values: new Float32Array(2) } }));
const values = ['"P_TUNING"', '"LORA"', '"PREFIX_TUNING"', "1000000", '{"path":"../../x"}', '{"hub":"../x"}', '"{soft:99999999}"', '"{soft:4}{soft:4}"', '"linear"'];

/** An adapter folder, ours or PEFT's, of which one or two files are spoiled. */
export function hostileAdapter(random: RandomSource): HostileFiles {
  const files = new Map<string, HostileFile>([["adapter_config.json", { bytes: Buffer.from(configuration) }], ["adapter_model.safetensors", { bytes: weights }]]);
  if (random.integer(2) === 0) files.set("tuning.json", { bytes: Buffer.from(tuning) }).set("head.safetensors", { bytes: head });
  for (let times = 1 + random.integer(2); times > 0; times--) {
    const [name, { bytes }] = pick(random, [...files]);
    if (random.integer(20) === 0) files.delete(name);
    else if (name.endsWith(".json")) files.set(name, sometimesOdd(random, spoilJson(random, name === "tuning.json" ? tuning : configuration, values)));
    else files.set(name, hostileSafetensors(random, name === "head.safetensors" ? head : weights));
    if (files.size === 0 || bytes.length === 0) break;
  }
  return files;
}
