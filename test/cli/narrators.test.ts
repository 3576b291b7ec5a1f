import { describe, expect, it } from "vitest";
import { FetchNarrator } from "../../src/cli/output/fetch-narrator.js";
import type { Narration } from "../../src/cli/output/narration.js";
import { RunNarrator } from "../../src/cli/output/run-narrator.js";
import type { RunEvent } from "../../src/runs/events.js";

const lines = (narrations: readonly Narration[]): string[] => narrations.filter(({ kind }) => kind === "line").map(({ text }) => text);
const lives = (narrations: readonly Narration[]): string[] => narrations.filter(({ kind }) => kind === "live").map(({ text }) => text);

function step(step: number, loss: number | null, secondsLeft: number | null = 75): RunEvent {
  return { type: "step", step, steps: 200, epoch: 0, loss, learningRate: 0.01, gradientNorm: 1, samplesPerSecond: 16.4, secondsLeft };
}

describe("a run", () => {
  it("is told step by step on the changing line, with a smoothed loss, the speed and the time left", () => {
    const narrator = new RunNarrator();
    expect(narrator.event(step(50, 0.7))).toEqual([{ kind: "live", text: "Training ███░░░░░░░ step 50/200  loss 0.700  16.4 samples/s  1 min 15 s left" }]);
    // Smoothed: (0.9 · 0.1 · 0.7 + 0.1 · 0.3) / 0.19.
    expect(lives(narrator.event(step(51, 0.3)))[0]).toContain("loss 0.489");
    // A loss that is not a number leaves the last one.
    expect(lives(narrator.event(step(52, null, null)))[0]).toBe("Training ███░░░░░░░ step 52/200  loss 0.489  16.4 samples/s");
  });

  it("keeps a line for every phase and every evaluation, and the last accuracy beside the steps", () => {
    const narrator = new RunNarrator();
    const told = [
      { type: "phase", phase: "data" },
      { type: "phase", phase: "training" },
      { type: "phase", phase: "validation", done: 8, total: 16 },
      { type: "evaluation", step: 50, split: "validation", measures: { items: 16, accuracy: 0.875, macroF1: 0.87 }, best: true },
      { type: "phase", phase: "baseline 3: hard prompt: Answer\nyes", done: 8, total: 16 },
      { type: "baseline", name: "majority", measures: { items: 16, accuracy: 0.5, macroF1: 0.3333 } },
      { type: "evaluation", step: 50, split: "test", measures: { items: 16, exactMatch: 0.25, rougeL: 0.5 } },
      { type: "message", level: "warning", code: "x", text: "Careful\u001b[31m." },
      { type: "resume", step: 25 },
      { type: "checkpoint", step: 25, file: "x" },
      { type: "state", state: "running" },
    ] satisfies RunEvent[];
    expect(told.flatMap((event) => lines(narrator.event(event)))).toEqual([
      "Reading the data ...",
      "Training ...",
      "  step 50: validation accuracy 0.8750, macro-F1 0.8700 (best so far)",
      "Baseline hard prompt: Answer↵yes ...",
      "  majority: accuracy 0.5000, macro-F1 0.3333",
      "  soft prompt: exact match 0.2500, ROUGE-L 0.5000",
      "  Warning: Careful␛[31m.",
      "Going on from the checkpoint of step 25.",
    ]);
    expect(lives(narrator.event(step(51, 0.5)))[0]).toMatch(/ {2}accuracy 0\.8750$/);
  });

  it("a phase with a count shows how far it is, and is named once", () => {
    const narrator = new RunNarrator();
    const told = [0, 8, 16].flatMap((done) => narrator.event({ type: "phase", phase: "test", done, total: 16 }));
    expect(lines(told)).toEqual(["Testing on held-out rows ..."]);
    expect(lives(told).at(-1)).toBe("Testing on held-out rows  ████████████████████  16 of 16");
  });
});

describe("a download", () => {
  it("tells bytes, speed and time left; without a terminal a line at each quarter", () => {
    const narrator = new FetchNarrator();
    const told = [0, 1, 2, 3, 4].flatMap((second) => narrator.progress({ phase: "downloading", file: "model.gguf", done: second * 25e6, total: 100e6 }, second));
    expect(lines(told)).toEqual([
      "Downloading model.gguf (100 MB) ...",
      "  25.0 MB of 100 MB  25.0 MB/s  3 s left",
      "  50.0 MB of 100 MB  25.0 MB/s  2 s left",
      "  75.0 MB of 100 MB  25.0 MB/s  1 s left",
      "  100 MB of 100 MB",
    ]);
    expect(lives(told)[2]).toBe("Downloading  ██████████░░░░░░░░░░  50.0 MB of 100 MB  25.0 MB/s  2 s left");
  });

  it("an interrupted download that goes on does not count the old bytes as speed", () => {
    const narrator = new FetchNarrator();
    narrator.progress({ phase: "downloading", file: "m", done: 80e6, total: 100e6 }, 0);
    expect(lives(narrator.progress({ phase: "downloading", file: "m", done: 81e6, total: 100e6 }, 1))[0]).toContain("1.0 MB/s  19 s left");
  });

  it("each step of fetching is named once; an unknown size shows what came so far", () => {
    const narrator = new FetchNarrator();
    const told = [
      ...narrator.progress({ phase: "looking-up", file: "a\u001b[2J", done: 0 }, 0),
      ...narrator.progress({ phase: "downloading", file: "a", done: 5e6 }, 1),
      ...narrator.progress({ phase: "unpacking", file: "a", done: 1, total: 2 }, 2),
      ...narrator.progress({ phase: "unpacking", file: "a", done: 2, total: 2 }, 3),
    ];
    expect(lines(told)).toEqual(["Looking up a␛[2J ...", "Downloading a ...", "Unpacking a ..."]);
    expect(lives(told)).toContain("Downloading a  5.0 MB");
  });
});
