import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { compareWithPeft, peftAnswerSchema } from "../../bench/parity/peft-t5.js";
import { promptTuningConfig } from "../../src/adapter/peft-config.js";
import { readPeftAdapter } from "../../src/adapter/peft-read.js";
import { encodeSafetensors } from "../../src/adapter/safetensors.js";

/** Prompts of encoder-decoders: files that PEFT made (scripts/reference/peft_t5.py), and ours. */

const root = path.resolve(import.meta.dirname, "..", "..");
const made = path.join(import.meta.dirname, "reference", "t5-made");
const folder = mkdtempSync(path.join(tmpdir(), "ptune-peft-t5-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(config: object, rows: number): string {
  writeFileSync(path.join(folder, "adapter_config.json"), JSON.stringify(config));
  writeFileSync(path.join(folder, "adapter_model.safetensors"), encodeSafetensors({ prompt_embeddings: { shape: [rows, 2], values: Float32Array.from({ length: rows * 2 }, (_, i) => i) } }));
  return folder;
}

describe("PEFT's prompts of encoder-decoders", () => {
  it("gives PEFT's logits and greedy answers with a prompt that PEFT made", async () => {
    const answer = peftAnswerSchema.parse(JSON.parse(readFileSync(`${made}-answer.json`, "utf8")));
    const { logProbabilities, answers } = await compareWithPeft(root, made, answer);
    expect(answer.parts).toBe(2);
    expect(logProbabilities).toBeLessThanOrEqual(1e-4);
    expect(answers).toEqual({ equal: 3, of: 3 });
  });

  it("takes the encoder's rows of two parts, and all rows of one", () => {
    const config = { peft_type: "PROMPT_TUNING", task_type: "SEQ_2_SEQ_LM", num_virtual_tokens: 3, token_dim: 2 };
    expect([...readPeftAdapter(write({ ...config, num_transformer_submodules: 2 }, 6)).prompt]).toEqual([0, 1, 2, 3, 4, 5]);
    expect(readPeftAdapter(write({ ...config, num_transformer_submodules: 1 }, 3)).virtualTokens).toBe(3);
    expect(() => readPeftAdapter(write({ ...config, num_transformer_submodules: 2 }, 4))).toThrow(/do not fit together/);
    expect(() => readPeftAdapter(write({ ...config, task_type: "CAUSAL_LM", num_transformer_submodules: 2 }, 6))).toThrow(/not a usable PEFT configuration/);
  });

  it("writes the task type of sequence to sequence, in one part", () => {
    const facts = { virtualTokens: 3, backbone: { hiddenSize: 2, layers: 1, attentionHeads: 1, kind: "encoder-decoder" }, init: { type: "random" } } as const;
    expect(JSON.parse(promptTuningConfig(facts))).toMatchObject({ task_type: "SEQ_2_SEQ_LM", num_transformer_submodules: 1 });
  });
});
