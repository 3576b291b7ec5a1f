import { describe, expect, it } from "vitest";
import { exportTarget, verbalizerFrom } from "../../src/cli/commands/transfer.js";
import { watchInterruption } from "../../src/cli/interruption.js";
import { displayPath, invocationOf, shellWord } from "../../src/cli/invocation.js";
import { filledLines, rowsFromTexts } from "../../src/cli/rows.js";

describe("Ctrl-C", () => {
  it("first asks for a clean end and says so once, then ends at once", () => {
    const handlers = new Map<string, () => void>();
    const source = { on: (signal: string, handler: () => void) => handlers.set(signal, handler), off: (signal: string) => handlers.delete(signal) };
    const told: string[] = [];
    const { signal, dispose } = watchInterruption(source, () => told.push("announced"), () => told.push("ended"));
    expect([...handlers.keys()]).toEqual(["SIGINT", "SIGTERM", "SIGHUP"]);
    expect(signal.aborted).toBe(false);
    handlers.get("SIGTERM")!();
    expect(signal.aborted).toBe(true);
    expect(told).toEqual(["announced"]);
    handlers.get("SIGINT")!();
    expect(told).toEqual(["announced", "ended"]);
    dispose();
    expect(handlers.size).toBe(0);
  });
});

describe("commands that are shown", () => {
  it.each([
    ["/usr/bin/ptune", {}, "ptune"],
    ["/w/node_modules/.bin/ptune", { npm_command: "exec" }, "npx ptune"],
    ["/w/out/ptune.js", {}, "node out/ptune.js"],
    ["/elsewhere/my tools/ptune.js", {}, "node '/elsewhere/my tools/ptune.js'"],
    [undefined, {}, "ptune"],
  ])("%j is started again with %j %j", (script, environment, shown) => {
    expect(invocationOf(script, "/w", environment)).toBe(shown);
  });

  it("quote what a shell would take apart", () => {
    expect(shellWord("spam-2025_a.b")).toBe("spam-2025_a.b");
    expect(shellWord("it's $HOME `x` \"y\"")).toBe("'it'\\''s $HOME `x` \"y\"'");
    expect([displayPath("/w/a/b", "/w"), displayPath("/v/a", "/w"), displayPath("/w", "/w")]).toEqual(["a/b", "/v/a", "."]);
  });
});

describe("rows to predict", () => {
  const where = (index: number): string => `Line ${index + 1}`;
  const only = (...slots: string[]) => ({ slots, optional: [] });

  it("are plain texts for one slot, or JSON objects with the slots", () => {
    expect(rowsFromTexts(["hello", "{not json", '{"text": "a", "other": 1}', '{"other": 1}'], only("text"), where)).toEqual([{ text: "hello" }, { text: "{not json" }, { text: "a" }, { text: '{"other": 1}' }]);
    expect(rowsFromTexts(['{"a": "x", "b": 2}'], only("a", "b"), where)).toEqual([{ a: "x", b: "2" }]);
    expect(rowsFromTexts(['{"__proto__": "x"}'], only("text"), where)).toEqual([{ text: '{"__proto__": "x"}' }]);
  });

  it.each([["plain text"], ['{"a": "x"}'], ['{"a": "x", "b": null}'], ["[1]"]])("with two slots, %s is refused with an example", (text) => {
    expect(() => rowsFromTexts([text], only("a", "b"), where)).toThrow(expect.objectContaining({ kind: "usage", advice: 'Give each row as one JSON object: {"a":"...","b":"..."}.' }));
  });

  it("may leave out the context, and hold lists", () => {
    const needed = { slots: ["context", "question"], optional: ["context"] };
    expect(rowsFromTexts(["why?", '{"question": "why?"}', '{"question": "why?", "context": null}', '{"question": "why?", "context": ["a", "b"]}'], needed, where)).toEqual([{ question: "why?" }, { question: "why?" }, { question: "why?" }, { question: "why?", context: '["a","b"]' }]);
    expect(rowsFromTexts(["a passage"], { slots: ["context"], optional: ["context"] }, where)).toEqual([{ context: "a passage" }]);
  });

  it("are the lines of a file that are not empty, with their numbers", () => {
    expect(filledLines("\uFEFFone\r\n\r\n  \nfour")).toEqual([{ line: 1, text: "one" }, { line: 4, text: "four" }]);
  });

  it("an export goes into a folder, or into a file of its format", () => {
    expect([exportTarget("peft", "out"), exportTarget("npy", "out"), exportTarget("npy", "out/a.npy"), exportTarget("koboldai", "out")].map((file) => file.replaceAll("\\", "/"))).toEqual(["out", "out/prompt.npy", "out/a.npy", "out/prompt.zip"]);
  });

  it("labels of an import keep the space before the word", () => {
    expect(verbalizerFrom(["ham= no", "spam= yes=sure"])).toEqual({ ham: " no", spam: " yes=sure" });
    for (const wrong of ["ham", "=no", "ham="]) expect(() => verbalizerFrom([wrong])).toThrow(/does not say a label/);
  });
});
