import { describe, expect, it } from "vitest";
import { previewTemplate } from "../../../src/backend/datasets/template-preview.js";
import { templatePreviewSchema } from "../../../src/protocol/backend/template-preview.js";
import { labelClashes, labelTokens } from "../../../src/tasks/label-clashes.js";
import { byteTokenizer } from "../../tasks/byte-tokenizer.js";

const tokenizer = byteTokenizer();
const backbone = { tokenizer, contextLength: 64 };
const setting = { template: "Say {text}\n{soft:3}is{label}", answer: "label" as const, verbalizer: [{ label: "ham", words: " no" }, { label: "spam", words: " yes" }], maxTokens: {} };
const row = (text: string, answer: string | null = "ham") => ({ row: 7, fields: { text }, answer });

describe("a template on real rows", () => {
  it("shows the tokens in order, the virtual ones among them, and counts them", () => {
    const preview = previewTemplate(setting, [row("hi")], backbone);
    expect(templatePreviewSchema.parse(preview)).toEqual(preview);
    const [{ tokens, count, answer }] = preview.rows;
    expect(tokens.map((token) => ("virtual" in token ? token.virtual : token.text))).toEqual(["S", "a", "y", " ", "h", "i", "\n", 0, 1, 2, "i", "s"]);
    expect(count).toBe(12);
    expect(answer.join("")).toBe(" no");
    expect(preview.virtualTokens).toBe(3);
    expect(preview.columns).toEqual(["text"]);
  });

  it("tells what is cut, by the setting and by the context", () => {
    const [short] = previewTemplate({ ...setting, maxTokens: { text: 4 } }, [row("hello there")], backbone).rows;
    expect(short.cutByMaximum).toBe(" hello there".length - 4);
    const [long] = previewTemplate(setting, [row("x".repeat(100))], backbone).rows;
    expect(long.count).toBe(64);
    expect(long.cutByContext).toBeGreaterThan(0);
  });

  it("answers a template that is wrong, and one that does not fit, with words instead of rows", () => {
    const wrong = previewTemplate({ ...setting, template: "{text} {soft}" }, [row("hi")], backbone);
    expect(wrong.rows).toEqual([]);
    expect(wrong.problems[0].message).toContain("{soft:20}");
    const tooLong = previewTemplate({ ...setting, template: "x".repeat(80) }, [row("hi")], backbone);
    expect(tooLong.refused?.message).toContain("takes 80 tokens");
    const noColumn = previewTemplate({ ...setting, template: "{other}{label}" }, [row("hi")], backbone);
    expect(noColumn.refused?.message).toContain("{other}");
  });

  it("says when a row's label is not in the verbalizer", () => {
    expect(previewTemplate(setting, [row("hi", "eggs")], backbone).rows[0].knownAnswer).toBe(false);
  });
});

describe("labels whose words clash", () => {
  const clashesOf = (words: Record<string, string>) => labelClashes(labelTokens(new Map(Object.entries(words)), tokenizer), tokenizer);

  it("are told with what they share, the worst first", () => {
    expect(clashesOf({ a: "cat", b: "car", c: "ca", d: "car", e: "dog" })).toEqual([
      { kind: "same-tokens", labels: ["b", "d"], shared: ["c", "a", "r"] },
      { kind: "begins-another", labels: ["a", "c"], shared: ["c", "a"] },
      { kind: "begins-another", labels: ["b", "c"], shared: ["c", "a"] },
      { kind: "begins-another", labels: ["c", "d"], shared: ["c", "a"] },
      { kind: "same-first-token", labels: ["a", "b"], shared: ["c", "a"] },
      { kind: "same-first-token", labels: ["a", "d"], shared: ["c", "a"] },
    ]);
  });

  it("are none where every label begins with a token of its own", () => {
    expect(clashesOf({ a: "yes", b: "no", c: "" })).toEqual([]);
  });

  it("stay few with many labels", () => {
    expect(clashesOf(Object.fromEntries(Array.from({ length: 80 }, (_, i) => [`l${i}`, `word ${i}`])))).toHaveLength(100);
  });
});
