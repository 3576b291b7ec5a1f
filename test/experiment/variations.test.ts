import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nameOfVariation, readAxis, variationsOf } from "../../src/experiment/variations.js";

describe("what a sweep varies", () => {
  it("is read as JSON where it is such, else as text; a list stands for its members", () => {
    expect(readAxis("training.learningRate=0.01, 3e-3")).toEqual({ key: "training.learningRate", values: [0.01, 0.003] });
    expect(readAxis("method.init.type=random,normal")).toEqual({ key: "method.init.type", values: ["random", "normal"] });
    expect(readAxis('task.template=["a, {text}","b={text}"]')).toEqual({ key: "task.template", values: ["a, {text}", "b={text}"] });
    expect(readAxis("training.clipNorm=null,1")).toEqual({ key: "training.clipNorm", values: [null, 1] });
    expect(readAxis("training.lengthBuckets=true,false").values).toEqual([true, false]);
  });

  it.each(["", "training.seed", "training.seed=", "=1,2", "training.seed=1,,2", "training.seed=1,", "training.seed=1,1.0", "training..seed=1", "training.seed=[]", "__proto__.x=1"])("is refused where it cannot be understood: %j", (text) => {
    expect(() => readAxis(text)).toThrow(expect.objectContaining({ kind: "usage" }));
  });

  it("gives every combination once", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.constantFrom("a", "b", "c.d", "c.e"), { minLength: 1, maxLength: 4 }), fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 4, maxLength: 4 }), (keys, counts) => {
        const axes = keys.map((key, i) => ({ key, values: Array.from({ length: counts[i] }, (_, value) => value) }));
        const variations = variationsOf(axes);
        expect(variations).toHaveLength(axes.reduce((product, { values }) => product * values.length, 1));
        expect(new Set(variations.map(({ overrides }) => JSON.stringify(overrides))).size).toBe(variations.length);
        for (const { settings, overrides } of variations) {
          for (const { key, value } of settings) expect(key.split(".").reduce<any>((at, part) => at[part], overrides)).toBe(value); // eslint-disable-line @typescript-eslint/no-explicit-any
        }
      }),
    );
  });

  it("is refused twice for one setting, and in absurd numbers", () => {
    const axis = (key: string, count: number) => ({ key, values: Array.from({ length: count }, (_, i) => i) });
    expect(() => variationsOf([axis("a", 2), axis("a", 2)])).toThrow(/a is varied twice/);
    expect(() => variationsOf([axis("a.b", 2), axis("a", 2)])).toThrow(/a is varied twice/);
    expect(() => variationsOf([axis("a", 100), axis("b", 11)])).toThrow(/1,100 runs/);
  });

  it("names a run by its settings, short where that is clear", () => {
    expect(nameOfVariation(variationsOf([readAxis("training.seed=2"), readAxis("training.learningRate=0.01")])[0])).toBe("seed 2, learningRate 0.01");
    expect(nameOfVariation(variationsOf([readAxis("training.batchSize=2"), readAxis("evaluation.batchSize=4")])[0])).toBe("training.batchSize 2, evaluation.batchSize 4");
  });
});
