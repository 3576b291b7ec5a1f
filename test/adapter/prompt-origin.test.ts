import { describe, expect, it } from "vitest";
import { checkOrigin } from "../../src/adapter/prompt-origin.js";
import type { PromptConfig } from "../../src/adapter/peft-config.js";
import type { TuningFile } from "../../src/adapter/tuning-file.js";
import type { BackboneDescription } from "../../src/backbone/backbone.js";
import { PromptTuningError } from "../../src/common/errors.js";

const decoder = { name: "tiny", family: "llama", hash: "a".repeat(64) };
const encoder: Pick<BackboneDescription, "name" | "family" | "hash" | "encoder"> = { name: "bert", family: "bert", hash: "b".repeat(64), encoder: { scoresWords: true, pooler: true } };
const encoderDecoder = { name: "t5", family: "t5", hash: "c".repeat(64), kind: "encoder-decoder" as const };

function adapter(taskType: string | null, trainedOn?: { name: string; family: string; hash: string }) {
  const config: PromptConfig = { peft_type: "PROMPT_TUNING", num_virtual_tokens: 4, token_dim: 32, task_type: taskType };
  const tuning = trainedOn && ({ backbone: { name: trainedOn.name, family: trainedOn.family, hiddenSize: 32, sha256: trainedOn.hash } } as TuningFile);
  return { config, tuning };
}

function refusal(...given: Parameters<typeof checkOrigin>): string {
  try {
    checkOrigin(...given);
  } catch (error) {
    expect(error).toBeInstanceOf(PromptTuningError);
    return (error as PromptTuningError).describe();
  }
  return "accepted";
}

describe("where a prompt was trained", () => {
  it("another kind of model is refused, told by PEFT's task type alone", () => {
    expect(refusal(adapter("SEQ_2_SEQ_LM"), decoder)).toContain("It was trained on an encoder-decoder (task_type SEQ_2_SEQ_LM), and tiny is a decoder.");
    expect(refusal(adapter("CAUSAL_LM"), encoder)).toContain("trained on a decoder (task_type CAUSAL_LM), and bert is an encoder.");
    expect(refusal(adapter("CAUSAL_LM"), encoderDecoder)).toContain("t5 is an encoder-decoder.");
    expect(refusal(adapter("FEATURE_EXTRACTION"), decoder)).toContain("trained on an encoder");
  });

  it("another family is refused, whatever the task type says", () => {
    expect(refusal(adapter("SEQ_CLS", encoder), decoder)).toContain("bert of the family bert, and tiny is of the family llama");
    expect(refusal(adapter("CAUSAL_LM", decoder), { ...decoder, name: "other", family: "qwen2", hash: "d".repeat(64) })).toContain("family qwen2");
  });

  it("other weights of the family are told of; the same, and what says nothing of its origin, are not", () => {
    expect(checkOrigin(adapter("CAUSAL_LM", decoder), { ...decoder, name: "other", hash: "d".repeat(64) })).toEqual([expect.stringContaining("another file, tiny (SHA-256 aaaaaaaaaaaa…)")]);
    expect(checkOrigin(adapter("CAUSAL_LM", decoder), decoder)).toEqual([]);
    for (const type of [null, "CAUSAL_LM", "SEQ_CLS", "constructor"]) expect(checkOrigin(adapter(type), decoder)).toEqual([]);
    expect(checkOrigin(adapter("SEQ_2_SEQ_LM"), encoderDecoder)).toEqual([]);
  });

  it("an export that does not say its family is not of another one", () => {
    expect(checkOrigin(adapter("CAUSAL_LM", decoder), { ...decoder, name: "export", family: "unknown", hash: "d".repeat(64) })).toHaveLength(1);
  });
});
