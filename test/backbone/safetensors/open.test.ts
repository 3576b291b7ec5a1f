import { mkdtempSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { openSafetensorsBackbone } from "../../../src/backbone/safetensors/open-safetensors-backbone.js";
import { FolderCopy } from "./folder.js";

let folder: FolderCopy;
let cache: string;
afterEach(() => {
  for (const place of [folder.place, cache]) rmSync(place, { recursive: true, force: true });
});

async function open(family: string, change: (folder: FolderCopy) => void = () => undefined) {
  cache = mkdtempSync(path.join(tmpdir(), "ptune-cache-"));
  folder = new FolderCopy(family);
  change(folder);
  return openSafetensorsBackbone(await folder.files(), { cache });
}

describe("a folder of safetensors", () => {
  it("tells what it is", async () => {
    const backbone = await open("gemma3");
    expect(backbone.description).toMatchObject({ family: "gemma3", format: "safetensors", layers: 7, attentionHeads: 4, hiddenSize: 32, contextLength: 256, vocabularySize: 291, name: path.basename(folder.place) });
    expect(backbone.tokenizer.decode(backbone.tokenizer.encode("spam, ham"))).toBe("spam, ham");
    await backbone.dispose();
  });

  it("opens a bare model, whose tensors have no prefix, and one with an output matrix beside tied embeddings", async () => {
    const strip = (name: string): string => name.replace(/transformer\./g, "");
    const backbone = await open("gpt2", (copy) => {
      for (const shard of [1, 2, 3, 4]) {
        const name = `model-0000${shard}-of-00004.safetensors`;
        const bytes = copy.read(name);
        const end = 8 + Number(bytes.readBigUInt64LE(0));
        // Padded, so that the data stays where it is.
        copy.write(name, Buffer.concat([bytes.subarray(0, 8), Buffer.from(strip(bytes.subarray(8, end).toString("utf8")).padEnd(end - 8)), bytes.subarray(end)]));
      }
      copy.edit("model.safetensors.index.json", (json) => (json.weight_map = Object.fromEntries(Object.entries(json.weight_map as object).map(([key, value]) => [strip(key), value as string]))));
    });
    expect(backbone.description.family).toBe("gpt2");
    await backbone.dispose();
  });

  it("gives another hash where only the configuration differs", async () => {
    const first = await open("llama");
    const { hash } = first.description;
    await first.dispose();
    rmSync(folder.place, { recursive: true });
    rmSync(cache, { recursive: true });
    const second = await open("llama", (copy) => copy.edit("config.json", (json) => (json.rms_norm_eps = 1e-5)));
    expect(second.description.hash).not.toBe(hash);
    await second.dispose();
  });

  const refusals: [string, string, (copy: FolderCopy) => void, RegExp][] = [
    ["another architecture", "llama", (copy) => copy.edit("config.json", (json) => (json.model_type = "mamba")), /"mamba" is not supported.*llama \(Llama 2 and 3, SmolLM2\).*gpt2/s],
    ["no configuration", "llama", (copy) => rmSync(copy.file("config.json")), /no config\.json/],
    ["no tokenizer", "llama", (copy) => rmSync(copy.file("tokenizer.json")), /no tokenizer\.json/],
    ["a configuration that is no JSON", "llama", (copy) => copy.write("config.json", "{"), /config\.json cannot be read/],
    ["no width", "llama", (copy) => copy.edit("config.json", (json) => delete json.hidden_size), /hiddenSize/],
    ["a billion layers", "llama", (copy) => copy.edit("config.json", (json) => (json.num_hidden_layers = 1e9)), /layers/],
    ["more layers than there are", "llama", (copy) => copy.edit("config.json", (json) => (json.num_hidden_layers = 4)), /model\.layers\.3\.input_layernorm\.weight is missing/],
    ["fewer layers than there are", "llama", (copy) => copy.edit("config.json", (json) => (json.num_hidden_layers = 2)), /"model\.layers\.2\..*does not belong/],
    ["another vocabulary", "llama", (copy) => copy.edit("config.json", (json) => (json.vocab_size = 290)), /embed_tokens\.weight has the shape \[291, 32\] instead of \[290, 32\]/],
    ["biases", "qwen3", (copy) => copy.edit("config.json", (json) => (json.attention_bias = true)), /attention_bias/],
    ["another activation", "gemma2", (copy) => copy.edit("config.json", (json) => (json.hidden_activation = "relu")), /"relu"/],
    ["quantised weights", "llama", (copy) => copy.edit("config.json", (json) => (json.quantization_config = { bits: 4 })), /quantised/],
    ["dynamic scaling", "qwen2", (copy) => copy.edit("config.json", (json) => (json.rope_parameters = { rope_type: "dynamic", factor: 4 })), /"dynamic"/],
    ["a scaling without its factor", "llama", (copy) => copy.edit("config.json", (json) => delete json.rope_parameters.factor), /lacks a positive factor/],
    ["short factors of another length", "phi3", (copy) => copy.edit("config.json", (json) => json.rope_parameters.short_factor.pop()), /5 short factors; 6/],
    ["chunked attention", "gemma3", (copy) => copy.edit("config.json", (json) => (json.layer_types[1] = "chunked_attention")), /"chunked_attention"/],
    ["fewer kinds of layers than layers", "gemma3", (copy) => copy.edit("config.json", (json) => json.layer_types.pop()), /6 kinds of layers for 7/],
    ["a missing shard", "qwen2", (copy) => rmSync(copy.file("model-00002-of-00002.safetensors")), /missing/],
    ["a shard elsewhere", "qwen2", (copy) => copy.edit("model.safetensors.index.json", (json) => (json.weight_map.x = "../secret.safetensors")), /only plain names/],
    ["a shard that is a link out of the folder", "qwen2", (copy) => {
      const name = "model-00002-of-00002.safetensors";
      renameSync(copy.file(name), path.join(cache, name));
      symlinkSync(path.join(cache, name), copy.file(name));
    }, /link that leaves/],
    ["a tensor that lies in two files", "qwen2", (copy) => copy.write("model-00002-of-00002.safetensors", copy.read("model-00001-of-00002.safetensors")), /lies in two files/],
    ["weights that are not finite", "qwen2", (copy) => {
      const bytes = copy.read("model-00001-of-00002.safetensors");
      bytes.writeUInt16LE(0x7f80, bytes.length - 2);
      copy.write("model-00001-of-00002.safetensors", bytes);
    }, /holds Infinity/],
  ];
  it.each(refusals)("refuses %s and names it", async (_, family, change, message) => {
    const error = await open(family, change).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ kind: "model" });
    expect((error as { describe(): string }).describe()).toMatch(message);
  });
});
