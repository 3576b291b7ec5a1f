import { CommanderError } from "commander";
import { describe, expect, it } from "vitest";
import { describeError, describeUsageError } from "../../src/cli/report-error.js";
import { errorKinds, PromptTuningError } from "../../src/common/errors.js";
import { ExperimentError } from "../../src/experiment/diagnostic.js";

describe("errors", () => {
  it("every kind has its exit code", () => {
    const codes = Object.fromEntries(errorKinds.map((kind) => [kind, describeError(new PromptTuningError(kind, "x"), false).exitCode]));
    expect(codes).toEqual({ experiment: 2, data: 2, usage: 2, stopped: 130, model: 1, operator: 1, network: 1, integrity: 1, storage: 1, busy: 1, run: 1, training: 1, backend: 1 });
  });

  it("say what happened, why and what to do, with the place, and never a stack", () => {
    const { text, object } = describeError(new PromptTuningError("data", "A label is unknown.", { reason: "Why.", advice: "Do.", file: "/d/a.tsv", line: 3, column: 7 }), false);
    expect(text).toBe("/d/a.tsv:3:7: A label is unknown. Why. Do.");
    expect(object).toEqual({ type: "error", kind: "data", message: "A label is unknown.", reason: "Why.", advice: "Do.", file: "/d/a.tsv", line: 3, column: 7, exitCode: 2 });
  });

  it("an experiment's problems are all told, each as file:line:column", () => {
    const diagnostic = { severity: "error", offset: 0, length: 1 } as const;
    const error = new ExperimentError("/x/a.ptune.json", [
      { ...diagnostic, message: "It is missing.", path: ["task", "template"], line: 4, column: 5 },
      { ...diagnostic, message: "Odd.", severity: "warning", path: [], line: 9, column: 1 },
      { ...diagnostic, message: "Too small.", path: ["training", "steps"], line: 12, column: 30 },
    ]);
    const { text, object, exitCode } = describeError(error, false);
    expect(text.split("\n")).toEqual([
      "The experiment has 2 problems.",
      "/x/a.ptune.json:4:5: error: task.template: It is missing.",
      "/x/a.ptune.json:9:1: warning: Odd.",
      "/x/a.ptune.json:12:30: error: training.steps: Too small.",
    ]);
    expect(object.diagnostics).toHaveLength(3);
    expect(exitCode).toBe(2);
  });

  it("texts of a file cannot act on the terminal", () => {
    expect(describeError(new PromptTuningError("data", 'The column "\u001b]0;x\u0007\u202e" is missing.'), false).text).toBe('The column "␛]0;x␇<U+202E>" is missing.');
  });

  it("an unknown exception is called a bug; its stack is only shown when asked for", () => {
    const bug = new TypeError("x is not a function");
    const { text, exitCode, object } = describeError(bug, false);
    expect(text).toMatch(/^Something went wrong inside this program: X is not a function\. This is a bug\.\nDetails are in .*ptune-error-\d+\.txt/);
    expect(text).not.toContain(" at ");
    expect(JSON.stringify(object)).not.toContain("at ");
    expect(exitCode).toBe(1);
    expect(describeError(bug, true).text).toContain("report-error.test.ts");
    expect(describeError("a thrown text", false).text).toContain("A thrown text.");
  });

  it("an engine that cannot be loaded is told as that", () => {
    const error = Object.assign(new Error("Cannot find module 'onnxruntime-node'\nRequire stack: ..."), { code: "MODULE_NOT_FOUND" });
    expect(describeError(error, false).text).toBe("The engine (onnxruntime-node) cannot be loaded: Cannot find module 'onnxruntime-node'. Install the packages again with: npm ci");
  });

  it("a wrong command line is exit code 2, with commander's suggestion", () => {
    const { text, exitCode, object } = describeUsageError(new CommanderError(1, "commander.unknownCommand", "error: unknown command 'rnu'\n(Did you mean run?)"));
    expect(text).toBe("Unknown command 'rnu' (Did you mean run?) Use --help for what there is.");
    expect(exitCode).toBe(2);
    expect(object.kind).toBe("usage");
  });
});
