import path from "node:path";
import { expect, it } from "vitest";
import { readPromptFile } from "../../src/backend/prompt-file.js";

const folder = path.resolve("test/adapter/reference/peft-made");
const decoder = { name: "a-llama", family: "llama", hash: "a".repeat(64) };
const encoder = { name: "a-bert", family: "bert", hash: "b".repeat(64), encoder: { scoresWords: true, pooler: true } };

it("starts from a prompt of the same kind of model, and not from another's, however wide", async () => {
  const { rows, width, values } = await readPromptFile(folder, decoder);
  expect(values).toHaveLength(rows * width);
  await expect(readPromptFile(folder, encoder)).rejects.toMatchObject({ kind: "model", reason: expect.stringContaining("trained on a decoder") });
  // Its weights alone do not say where they come from.
  expect((await readPromptFile(path.join(folder, "adapter_model.safetensors"), encoder)).values).toEqual(values);
});
