import { describe, expect, it } from "vitest";
import type { EncoderFacts } from "../../src/backbone/backbone.js";
import type { Tokenizer } from "../../src/backbone/tokenizer/tokenizer.js";
import { PromptTuningError } from "../../src/common/errors.js";
import { taskSchema } from "../../src/experiment/schema.js";
import { createTask } from "../../src/tasks/create-task.js";
import type { ClassificationTask } from "../../src/tasks/task.js";
import { formatTemplate, parseTemplate, templateColumns } from "../../src/tasks/template.js";
import { bytes, byteTokenizer } from "./byte-tokenizer.js";

const [begin, end, mask] = [300, 301, 302];
const special = new Map([["[CLS]", begin], ["[SEP]", end], ["[MASK]", mask]]);

/** One token a byte, with an encoder's special tokens. */
function encoderTokenizer(): Tokenizer {
  const plain = byteTokenizer();
  return {
    ...plain,
    around: { prefix: [begin], suffix: [end] },
    maskId: mask,
    encode: (text, options = {}) => {
      const pieces = options.allowSpecial === false ? [text] : text.split(/(\[CLS\]|\[SEP\]|\[MASK\])/);
      return Int32Array.from(pieces.flatMap((piece) => (special.has(piece) && options.allowSpecial !== false ? [special.get(piece)!] : [...plain.encode(piece, { allowSpecial: false })])));
    },
    isSpecial: (id) => id >= 256,
  };
}

const facts: EncoderFacts = { scoresWords: true, pooler: true };
const row = { index: 0, fields: { text: "hi", more: "[SEP]" }, label: "a" };
const words = { a: "x", b: "y" };

function task(settings: object, encoder: EncoderFacts | undefined = facts): ClassificationTask {
  const tokenizer = encoderTokenizer();
  return createTask(taskSchema.parse({ type: "classification", verbalizer: words, ...settings }), { tokenizer, contextLength: 100, labels: ["a", "b"], encoder }) as ClassificationTask;
}

function refusal(work: () => unknown): PromptTuningError {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(PromptTuningError);
    return error as PromptTuningError;
  }
  return expect.fail("it was accepted");
}

const tokensOf = (settings: object): number[] => [...task(settings).trainingSequence(row).tokens];

describe("words in the place of an encoder's mask", () => {
  it("stand where {mask} is, and what follows is read too", () => {
    const made = task({ template: "{soft:2}{text} is:{mask} {more}" });
    const { tokens, virtualTokens, scored } = made.trainingSequence(row);
    expect([...tokens]).toEqual([begin, -1, -1, ...bytes("hi is:"), mask, ...bytes(" [SEP]"), end]);
    expect([...virtualTokens].slice(0, 4)).toEqual([-1, 0, 1, -1]);
    expect(scored).toEqual([{ row: 9, target: 0, allowed: Int32Array.of(0, 1) }]);
    expect(made.head).toEqual({ kind: "words", tokenIds: Int32Array.from(bytes("xy")) });
    expect(made.scoringSequences(row)).toHaveLength(1);
  });

  it("stand at the answer's place where no {mask} is written, before the end token", () => {
    expect(tokensOf({ template: "{soft:1}{text}:" })).toEqual([begin, -1, ...bytes("hi:"), mask, end]);
    expect(tokensOf({ template: "{soft:1}{text}:{label}" })).toEqual([begin, -1, ...bytes("hi:"), mask, end]);
  });

  it("must be one token each, and known", () => {
    const long = refusal(() => task({ template: "{soft:1}{text}{mask}", verbalizer: { a: "x", b: "yes" } }));
    expect(long.describe()).toMatch(/The word "yes" of the label "b" takes 3 tokens \(y e s\).*one token in the place of its mask.*light head/s);
    expect(long.setting).toEqual(["task", "verbalizer", "b"]);
    expect(refusal(() => task({ template: "{soft:1}{text}{mask}", verbalizer: { a: "x", b: "[SEP]" } })).message).toContain("is not in its vocabulary");
  });
});

describe("an encoder's tokens around a row", () => {
  it("are left to a template that writes them itself: PEFT's place for a prompt is before the begin token", () => {
    expect(tokensOf({ template: "{soft:2}[CLS]{text}[SEP]", head: "linear" })).toEqual([-1, -1, begin, ...bytes("hi"), end]);
  });

  it("stand at the end also where the template separates two texts with the same token", () => {
    expect(tokensOf({ template: "{soft:1}{text}[SEP]{more}", head: "linear" })).toEqual([begin, -1, ...bytes("hi"), end, ...bytes("[SEP]"), end]);
  });

  it("count where a row has to fit", () => {
    const made = createTask(taskSchema.parse({ type: "classification", template: "{soft:2}{text}", head: "linear" }), { tokenizer: encoderTokenizer(), contextLength: 10, labels: ["a", "b"], encoder: facts });
    expect([...made.trainingSequence({ ...row, fields: { text: "a long text" } }).tokens]).toEqual([begin, -1, -1, ...bytes("a long"), end]);
  });
});

describe("a light head on an encoder", () => {
  it("reads the mean unless told, and always the whole row", () => {
    const pooled = (settings: object) => {
      const made = task({ template: "{text}{soft:1}", head: "linear", ...settings });
      expect(made.trainingSequence(row).scored).toEqual([{ row: 0, target: 0 }]);
      return made.head;
    };
    expect(pooled({})).toEqual({ kind: "linear", classes: 2, pooling: "mean" });
    expect(pooled({ pooling: "max" })).toEqual({ kind: "linear", classes: 2, pooling: "max" });
    expect(pooled({ pooling: "pooler" })).toEqual({ kind: "linear", classes: 2, pooling: "pooler" });
    expect(pooled({ pooling: "cls" })).toEqual({ kind: "linear", classes: 2 });
  });

  it("keeps the last position on a decoder", () => {
    const made = createTask(taskSchema.parse({ type: "classification", template: "{text}{soft:1}", head: "linear" }), { tokenizer: byteTokenizer(), contextLength: 50, labels: ["a", "b"] }) as ClassificationTask;
    expect(made.head).toEqual({ kind: "linear", classes: 2 });
    expect(made.trainingSequence(row).scored).toEqual([{ row: 2, target: 0 }]);
  });
});

describe("what does not fit is refused with what to do", () => {
  const decoder = { tokenizer: byteTokenizer(), contextLength: 100, labels: ["a", "b"] };
  const cases: [string, () => unknown, string, readonly string[]][] = [
    ["generation", () => createTask(taskSchema.parse({ type: "generation", template: "{soft:1}{text}" }), { ...decoder, encoder: facts }), "Use a classification task", ["task", "type"]],
    ["sequence labelling", () => createTask(taskSchema.parse({ type: "sequence-labelling", template: "{soft:1}{tokens}" }), { ...decoder, encoder: facts }), "Use a classification task", ["task", "type"]],
    ["words without a masked-LM head", () => task({ template: "{soft:1}{text}" }, { scoresWords: false, pooler: true }), '"head": "linear"', ["task", "head"]],
    ["a pooler that is not there", () => task({ template: "{soft:1}{text}", head: "linear", pooling: "pooler" }, { scoresWords: true, pooler: false }), '"mean"', ["task", "pooling"]],
    ["words without a mask token", () => createTask(taskSchema.parse({ type: "classification", template: "{soft:1}{text}" }), { ...decoder, encoder: facts }), "tokenizer_config.json", ["task", "head"]],
    ["a mask on a decoder", () => createTask(taskSchema.parse({ type: "classification", template: "{soft:1}{text}{mask}" }), decoder), "Write {label} at the end", ["task", "template"]],
    ["pooling on a decoder", () => createTask(taskSchema.parse({ type: "classification", template: "{soft:1}{text}", head: "linear", pooling: "mean" }), decoder), "Take it out", ["task", "pooling"]],
  ];
  it.each(cases)("%s", (_name, work, advice, setting) => {
    const error = refusal(work);
    expect(error.describe()).toContain(advice);
    expect(error.setting).toEqual(setting);
  });
});

describe("{mask} in a template", () => {
  it("is the answer's place, with columns and soft slots behind it", () => {
    const { template, problems } = parseTemplate("{a} {mask} {b}{soft:2}", "label");
    expect(problems).toEqual([]);
    expect(templateColumns(template)).toEqual(["a", "b"]);
    expect(formatTemplate(template)).toBe("{a} {mask} {b}{soft:2}");
  });

  it("stands once, and only for labels", () => {
    expect(parseTemplate("{mask}{label}", "label").problems[0].message).toContain("stands twice");
    expect(parseTemplate("{mask}", "output").problems[0].message).toContain("by an encoder");
  });
});
