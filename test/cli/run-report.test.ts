import { describe, expect, it } from "vitest";
import type { Inspection } from "../../src/inspection/inspection-schema.js";
import { confusionLines } from "../../src/cli/output/measures-report.js";
import { nearestLines, neighbourTable } from "../../src/cli/output/nearest-report.js";
import { runReport } from "../../src/cli/output/run-report.js";
import { colourStyle, plainStyle } from "../../src/cli/output/style.js";
import { displayWidth } from "../../src/cli/output/table.js";
import type { ResultEvent } from "../../src/runs/events.js";

const neighbour = (token: string, cosine: number) => ({ id: 1, token, cosine, dot: 2, l2: 3 });
const inspection: Inspection = {
  virtualTokens: ["␣spam", "␣offer", "\u001b[31m", "日本"].map((token, index) => ({ index, norm: 1 + index, cosine: [neighbour(token, 0.5), neighbour("x", 0.25)], dot: [neighbour("d", 0.1)], l2: [neighbour("e", 0.1)] })),
  vocabularyNorms: { count: 3, minimum: 1, maximum: 2, mean: 1.5, standardDeviation: 0.1, percentiles: [] },
  faithfulness: { learned: { items: 4, accuracy: 0.95 }, hardened: { items: 4, accuracy: 0.6 }, hardPrompt: " spam offer", retokenizesAlike: true, caution: "Careful." },
};
const measures = { items: 400, accuracy: 0.95, macroF1: 0.9499, loss: 0.2, confusion: [[190, 10], [10, 190]], labels: ["ham", "spam"] };
const result: ResultEvent = {
  type: "result",
  status: "succeeded",
  run: "/w/.ptune/runs/spam-1",
  adapter: "/w/.ptune/runs/spam-1/adapter",
  test: measures,
  baselines: { majority: { items: 400, accuracy: 0.5, macroF1: 0.3333 }, "zero-shot": { items: 400, accuracy: 0.67, macroF1: 0.65, loss: 0.7 }, "hard prompt: Answer yes\n\u001b[31mif": { items: 400, accuracy: 0.7, macroF1: 0.69, loss: 0.6 } },
  seconds: 240,
  trainingSeconds: 200,
  peakMemoryMB: 1543,
};
const parts = {
  result,
  inspection,
  style: plainStyle,
  heldOut: true,
  runFolder: ".ptune/runs/spam-1",
  adapterFolder: ".ptune/runs/spam-1/adapter",
  commands: { predict: "node out/ptune.js predict spam-1 'Free'", inspect: "node out/ptune.js inspect spam-1", resume: "node out/ptune.js resume spam-1" },
};

describe("a run's report", () => {
  it("holds the table, the confusion matrix, the nearest tokens, the places and how to try it", () => {
    expect(runReport(parts).join("\n")).toBe(`
On 400 held-out rows
                                   accuracy  macro-F1   loss
  ───────────────────────────────  ────────  ────────  ─────
  majority                           0.5000    0.3333      –
  zero-shot                          0.6700    0.6500  0.700
  hard prompt: Answer yes↵␛[31mif    0.7000    0.6900  0.600
  soft prompt                        0.9500    0.9499  0.200

Soft prompt: true label (rows) against predicted label (columns)
        ham  spam
  ────  ───  ────
  ham   190    10
  spam   10   190

  Tuned in 3 min 20 s, 4 min 00 s in all; peak memory 1,543 MB.

Nearest token of each virtual token (cosine)
   1 ␣spam 0.50     2 ␣offer 0.50    3 ␛[31m 0.50     4 日本 0.50
  Norms from 1.000 to 4.000.
  With every vector replaced by its nearest token: 0.6000 instead of 0.9500.
  Nearest tokens can mislead (Khashabi et al. 2022); that figure says how far they explain the prompt.

  Run folder    .ptune/runs/spam-1
  PEFT folder   .ptune/runs/spam-1/adapter
  Try it        node out/ptune.js predict spam-1 'Free'
  Look inside   node out/ptune.js inspect spam-1`);
  });

  it("without a test split says that the rows were used to choose the best step", () => {
    expect(runReport({ ...parts, heldOut: false })[1]).toBe("On 400 validation rows (there is no test split; the best step was chosen on these)");
  });

  it("of a stopped run says how to go on", () => {
    expect(runReport({ ...parts, result: { ...result, status: "stopped", test: null } })).toEqual(["", "The run was stopped.", "  Run folder    .ptune/runs/spam-1", "  Go on with    node out/ptune.js resume spam-1"]);
  });

  it("in colour differs only by escape codes, and without colour has none", () => {
    const plain = runReport(parts).join("\n");
    const coloured = runReport({ ...parts, style: colourStyle }).join("\n");
    expect(plain).not.toContain("\u001b");
    expect(coloured).not.toBe(plain);
    // eslint-disable-next-line no-control-regex
    expect(coloured.replace(/\u001b\[\d+m/g, "")).toBe(plain);
  });
});

describe("its parts", () => {
  it("twenty virtual tokens fit the width, several on a line", () => {
    const twenty = { virtualTokens: Array.from({ length: 20 }, (_, index) => ({ ...inspection.virtualTokens[index % 4], index })) };
    const lines = nearestLines(twenty);
    expect(lines.length).toBeLessThan(12);
    expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(80);
    expect(lines.join(" ")).toContain("20 日本 0.50");
  });

  it("the inspection lists k neighbours by the metric that was asked for", () => {
    expect(neighbourTable(inspection, "cosine", 2)[2]).toBe("  1  1.000  ␣spam 0.500  x 0.250");
    expect(neighbourTable(inspection, "l2", 2)[2]).toBe("  1  1.000  e 3.000");
  });

  it("a confusion matrix of many labels is not spread over the screen", () => {
    const labels = Array.from({ length: 77 }, (_, index) => `label ${index}`);
    expect(confusionLines("t", { items: 1, labels, confusion: labels.map(() => labels.map(() => 0)) }, plainStyle)).toEqual(["  The confusion matrix of 77 labels is in the run's journal.", ""]);
    expect(confusionLines("t", { items: 1 }, plainStyle)).toEqual([]);
  });
});
