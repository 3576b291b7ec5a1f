import { readFileSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encoderFamilyOf } from "../../../src/backbone/families/encoder/family.js";
import { readEncoderConfiguration } from "../../../src/backbone/families/encoder/read-configuration.js";
import { encoderWeightOrigins } from "../../../src/backbone/families/encoder/weight-origins.js";
import { parseConfigurationFile } from "../../../src/backbone/safetensors/configuration-file.js";
import { PromptTuningError } from "../../../src/common/errors.js";

const families = ["bert", "distilbert", "roberta", "modernbert"];
const configOf = (family: string): Record<string, unknown> => JSON.parse(readFileSync(path.resolve("test/parity/reference/encoders", family, "folder/config.json"), "utf8")) as Record<string, unknown>;

const everything = (): boolean => true;
function read(family: string, change: Record<string, unknown> = {}, has: (name: string) => boolean = everything) {
  const config = parseConfigurationFile(JSON.stringify({ ...configOf(family), ...change }), "config.json");
  return readEncoderConfiguration(config, encoderFamilyOf(family)!, has, "config.json");
}

describe("an encoder's configuration", () => {
  it("is read by each family's own names", () => {
    for (const family of families) expect(read(family), family).toMatchObject({ hiddenSize: 32, attentionHeads: 4, headSize: 8, feedForwardSize: 64, activation: "gelu" });
    expect(read("bert")).toMatchObject({ contextLength: 128, firstPosition: 0, tokenTypes: 2, pooler: true, normEpsilon: 1e-12 });
    expect(read("roberta")).toMatchObject({ contextLength: 126, firstPosition: 2, tokenTypes: 1 });
    expect(read("distilbert")).toMatchObject({ tokenTypes: 0, pooler: false });
  });

  it("of an older ModernBERT says the same in other words", () => {
    const now = read("modernbert");
    const older = read("modernbert", { layer_types: undefined, rope_parameters: undefined, global_rope_theta: 160_000, local_rope_theta: 10_000 });
    expect(older).toEqual(now);
    expect(now.layerKinds.map(({ windowed }) => windowed)).toEqual([false, true, true, false]);
    expect(now.window).toBe(6);
  });

  it("has the heads that the files hold", () => {
    expect(read("bert", {}, (name) => !name.startsWith("cls."))).toMatchObject({ maskedHead: undefined, pooler: true });
    expect(read("bert", {}, (name) => !name.includes("pooler"))).toMatchObject({ maskedHead: { tied: true, outputBias: true, transformBias: true }, pooler: false });
    // A classifier of ModernBERT keeps the first half of the masked-LM head.
    expect(read("modernbert", {}, (name) => !name.startsWith("decoder."))).toMatchObject({ maskedHead: undefined });
  });

  it("leads to BERT's oldest names of norms too", () => {
    const old = (name: string): boolean => !name.includes("LayerNorm.weight") && !name.includes("LayerNorm.bias");
    const origins = encoderWeightOrigins(encoderFamilyOf("bert")!, read("bert", {}, old), old);
    expect(origins.get("embedding_norm")?.tensor).toBe("bert.embeddings.LayerNorm.gamma");
    expect(origins.get("layers.0.attention_norm_bias")?.tensor).toBe("bert.encoder.layer.0.attention.output.LayerNorm.beta");
  });

  it.each([
    ["bert", { position_embedding_type: "relative_key" }, /"relative_key" are not supported/],
    ["bert", { is_decoder: true }, /as a decoder/],
    ["bert", { hidden_act: "swiglu" }, /"swiglu" is not supported/],
    ["bert", { num_attention_heads: 5 }, /cannot be shared by 5 heads/],
    ["bert", { quantization_config: { bits: 4 } }, /quantised/],
    ["roberta", { max_position_embeddings: 2 }, /stand for padding/],
    ["modernbert", { rope_parameters: { full_attention: { rope_type: "yarn" }, sliding_attention: { rope_type: "default" } } }, /"yarn" is not supported/],
    ["modernbert", { layer_types: ["full_attention"] }, /1 kinds of layers for 4 layers/],
    ["distilbert", { dim: undefined }, /hiddenSize is missing/],
  ] as const)("%s with %o is refused with the reason", (family, change, reason) => {
    let told = "it was accepted";
    try {
      read(family, change);
    } catch (error) {
      expect(error).toBeInstanceOf(PromptTuningError);
      told = (error as PromptTuningError).describe();
    }
    expect(told).toMatch(reason);
  });

  it("with any damage is read or refused, 10,000 times", () => {
    const nasty = fc.constantFrom<unknown>(null, -1, 0, 0.5, 1e308, 2 ** 53, "", "__proto__", [], {}, true, [[[]]], { full_attention: 1 });
    fc.assert(
      fc.property(fc.constantFrom(...families), fc.nat(60), fc.nat(60), nasty, nasty, (family, first, second, a, b) => {
        const keys = Object.keys(configOf(family));
        try {
          const { layers, hiddenSize } = read(family, { [keys[first % keys.length]]: a, [keys[second % keys.length]]: b });
          expect(layers).toBeLessThanOrEqual(4096);
          expect(hiddenSize).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toBeInstanceOf(PromptTuningError);
        }
      }),
      { numRuns: 10_000 },
    );
  });
});
