import path from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { groupData, namedData } from "../../src/experiment/named-data.js";

const folder = path.resolve("/work-folder");
const of = (dataset: unknown) => namedData(JSON.stringify({ dataset, other: "anything" }), folder);

describe("the data an experiment names", () => {
  it("are its files with their splits and columns", () => {
    expect(of({ train: "data/train.tsv", test: "../test.tsv", columns: { text: "message", label: "label" } })).toEqual({
      key: expect.any(String),
      name: "train.tsv",
      columns: { text: "message", label: "label" },
      files: [
        { split: "train", path: path.join(folder, "data/train.tsv") },
        { split: "test", path: path.resolve(folder, "../test.tsv") },
      ],
    });
  });

  it("are a sample", () => {
    for (const dataset of ["spam-assassin", { sample: "spam-assassin" }]) expect(of(dataset)).toMatchObject({ name: "spam-assassin", sample: { labels: ["ham", "spam"] }, files: [] });
  });

  it("are none where the text does not get that far", () => {
    for (const dataset of [undefined, 3, "unknown", { train: "" }, { columns: {} }]) expect(of(dataset)).toBeUndefined();
    expect(namedData("[".repeat(10_000), folder)).toBeUndefined();
    expect(namedData('{ "dataset": "spam-assassin", "task"', folder)).toMatchObject({ name: "spam-assassin" });
  });

  it("are listed once for all experiments that learn from them", () => {
    const files = { train: "b.tsv", columns: { text: "t", label: "l" } };
    const groups = groupData(["one", "two", "three", "four"].map((experiment, i) => ({ experiment, data: [of(files), of("spam-assassin"), of({ ...files, limit: { train: 5 } }), undefined][i] })));
    expect(groups.map(({ data, experiments }) => [data.name, experiments])).toEqual([
      ["b.tsv", ["one", "three"]],
      ["spam-assassin", ["two"]],
    ]);
  });

  it("never throw, whatever the text", () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void namedData(text, folder)), { numRuns: 1000 });
  });
});
