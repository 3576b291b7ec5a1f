import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { validateExperimentText } from "../../src/experiment/load-experiment.js";
import { exampleData, likelyAnswer, type NewExperiment, newExperimentText } from "../../src/experiment/new-experiment.js";

const model = "smollm2-135m-instruct";

describe("a new experiment file", () => {
  it("of a sample is right", () => {
    const { experiment, diagnostics } = validateExperimentText(newExperimentText({ name: "a", model, data: { type: "sample", name: "spam-assassin", labels: ["ham", "spam"] } }));
    expect(diagnostics).toEqual([]);
    expect(experiment).toMatchObject({ name: "a", model, dataset: "spam-assassin", task: { template: "Text: {text}\n{soft:20}Answer:{label}", verbalizer: { ham: " ham", spam: " spam" } } });
  });

  it("without data names files to be replaced", () => {
    const { experiment, diagnostics } = validateExperimentText(newExperimentText({ name: "a", model, data: exampleData }));
    expect(diagnostics).toEqual([]);
    expect(experiment).toMatchObject({ dataset: { train: "train.tsv", columns: { text: "text", label: "label" } }, evaluation: { metric: "accuracy" } });
  });

  it("is right for any columns, labels and paths", () => {
    const words = fc.uniqueArray(fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 }).filter((word) => word !== "__proto__"), { minLength: 2, maxLength: 5 });
    const labels = words.filter((all) => all.every((label) => label.trim() !== "" && label === label.trim()));
    fc.assert(
      fc.property(words, labels, fc.string({ minLength: 1 }), fc.constantFrom("classification" as const, "generation" as const), (columns, found, train, task) => {
        const [answer, ...texts] = columns;
        const data: NewExperiment["data"] = { type: "files", train, texts, answer, task, labels: task === "classification" ? found : [] };
        const { experiment, diagnostics } = validateExperimentText(newExperimentText({ name: "a", model, data }));
        expect(diagnostics).toEqual([]);
        const dataset = experiment!.dataset as { train: string; columns: Record<string, string> };
        expect(dataset.train).toBe(train);
        expect(new Set(Object.values(dataset.columns))).toEqual(new Set(columns));
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    [["text", "label"], "label"],
    [["Class", "text"], "Class"],
    [["question", "context", "reply"], "reply"],
    [[], undefined],
  ])("takes the likely column of %j for the answer", (columns, answer) => {
    expect(likelyAnswer(columns)).toBe(answer);
  });
});
