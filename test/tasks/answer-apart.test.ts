import path from "node:path";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createTokenizerFromJson } from "../../src/backbone/tokenizer/from-json.js";
import { taskSchema } from "../../src/experiment/schema.js";
import { createTask } from "../../src/tasks/create-task.js";
import type { ClassificationTask, GenerationTask } from "../../src/tasks/task.js";

/** Tasks on a backbone that reads with one part and answers with another. */

const folder = path.resolve("test/parity/reference/encoder-decoders/t5/folder");
const tokenizer = createTokenizerFromJson(readFileSync(path.join(folder, "tokenizer.json"), "utf8"), readFileSync(path.join(folder, "tokenizer_config.json"), "utf8"));
const context = (contextLength: number) => ({ tokenizer, contextLength, answerApart: true, labels: [] });
const example = { index: 0, fields: { text: "the words of a file" }, label: "good", output: "the file" };

describe("a task whose answer is read apart", () => {
  const labelling = (template: string, contextLength = 64) => createTask(taskSchema.parse({ type: "classification", template, verbalizer: { good: " good", bad: " bad" } }), context(contextLength)) as ClassificationTask;

  it("ends the text before the answer as the tokenizer does, and says where the answer begins", () => {
    const task = labelling("{soft:2}Review: {text}{soft:1}{label}");
    const { tokens, virtualTokens, answerStart, scored } = task.trainingSequence(example);
    expect([...virtualTokens.subarray(0, 2)]).toEqual([0, 1]);
    expect(answerStart! <= tokens.length).toBe(true);
    expect(tokens[answerStart! - 1]).toBe(tokenizer.endOfTextId);
    expect(virtualTokens[answerStart! - 2]).toBe(2);
    expect(scored[0].row).toBe(answerStart! - 1);
  });

  it("leaves the text all of the context, and cuts it before the end token", () => {
    const settings = taskSchema.parse({ type: "generation", template: "{soft:2}{text}{output}", maxNewTokens: 30 });
    const task = createTask(settings, context(8)) as GenerationTask;
    const { tokens } = task.encoded(example);
    expect(tokens).toHaveLength(8);
    expect(tokens[7]).toBe(tokenizer.endOfTextId);
    const trained = task.trainingSequence(example);
    expect(trained.answerStart).toBe(8);
    expect([...trained.tokens.subarray(8)]).toEqual([...tokenizer.encode("the file")]);
    expect(trained.scored.at(-1)!.target).toBe(tokenizer.endOfTextId);
    expect(task.promptSequence(example).answerStart).toBe(8);
  });

  it("refuses soft tokens behind the answer", () => {
    expect(() => labelling("{text}{label}{soft:2}")).toThrow(/cannot change the answer/);
  });
});
