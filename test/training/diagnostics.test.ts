import { describe, expect, it } from "vitest";
import { Diagnostics, diagnosticsStateSchema } from "../../src/training/diagnostics.js";

const prompt = (norm: number) => ({ prompt: Float32Array.of(3, 4, 0, norm) });
const quiet = prompt(5);
const range = { low: 2, high: 6 };

function observe(losses: number[], steps = losses.length, diagnostics = new Diagnostics(steps, range)): [number, string][] {
  return losses.flatMap((loss, i) => diagnostics.observe(loss, quiet, 2).map(({ code }): [number, string] => [i + 1, code]));
}

describe("diagnostics", () => {
  it("warns once where the median loss of a window does not fall", () => {
    // 100 steps: windows of 10, first compared at step 30.
    expect(observe(new Array<number>(100).fill(2))).toEqual([[30, "loss-not-falling"]]);
    expect(observe(Array.from({ length: 100 }, (_, i) => 2 - i / 100))).toEqual([]);
  });

  it("is not misled by single outliers", () => {
    expect(observe(Array.from({ length: 100 }, (_, i) => (i % 7 === 0 ? 50 : 2 - i / 100)))).toEqual([]);
  });

  it("sees a loss that rises later", () => {
    expect(observe(Array.from({ length: 100 }, (_, i) => (i < 50 ? 2 - i / 50 : 3)))).toEqual([[60, "loss-not-falling"]]);
  });

  it("needs a fall of 1 %", () => {
    const after = (factor: number) => observe(Array.from({ length: 30 }, (_, i) => (i < 10 ? 1 : factor)));
    expect(after(0.995).length).toBe(1);
    expect(after(0.985).length).toBe(0);
  });

  it("warns once where a row's norm leaves the vocabulary's range threefold", () => {
    const diagnostics = new Diagnostics(10, range);
    const codes = [17.9, 0.7, 18.1, 0.1].map((norm) => diagnostics.observe(1, prompt(norm), 2));
    expect(codes.map((warnings) => warnings.length)).toEqual([0, 0, 1, 0]);
    expect(codes[2][0].text).toContain("Virtual token 2 has norm 18.1");
    expect(new Diagnostics(10, range).observe(1, prompt(0.6), 2)).toMatchObject([{ code: "prompt-norms" }]);
    expect(new Diagnostics(10).observe(1, prompt(1e6), 2)).toEqual([]);
  });

  it("restored at any step warns where the uninterrupted one does", () => {
    const losses = Array.from({ length: 80 }, (_, i) => (i < 40 ? 2 - i / 50 : 3));
    const whole = observe(losses);
    expect(whole.length).toBe(1);
    for (let cut = 0; cut <= losses.length; cut++) {
      const first = new Diagnostics(losses.length, range);
      const early = observe(losses.slice(0, cut), losses.length, first);
      const second = new Diagnostics(losses.length, range);
      second.restore(diagnosticsStateSchema.parse(JSON.parse(JSON.stringify(first.state()))));
      const late = observe(losses.slice(cut), losses.length, second).map(([step, code]) => [step + cut, code]);
      expect([...early, ...late]).toEqual(whole);
    }
  });
});
