import type { Command } from "commander";
import { describe, expect, it } from "vitest";
import type { CommandContext } from "../../src/cli/context.js";
import { createProgram, type GlobalSettings } from "../../src/cli/program.js";

interface Outcome {
  readonly out: string;
  readonly settings?: GlobalSettings;
  readonly error?: Error & { readonly exitCode?: number };
}

/** Parses a command line; a command that would start is stopped where it asks for its context. */
async function parse(...argv: string[]): Promise<Outcome> {
  let out = "";
  let settings: GlobalSettings | undefined;
  class Started extends Error {}
  const program = createProgram({
    writeOut: (text) => void (out += text),
    currentFolder: "/here",
    context: (given): CommandContext => {
      settings = given;
      throw new Started();
    },
    exit: () => undefined,
  });
  try {
    await program.parseAsync(argv, { from: "user" });
    return { out, settings };
  } catch (error) {
    return { out, settings, error: error instanceof Started ? undefined : (error as Error) };
  }
}

const commands = ["run", "sweep", "resume", "evaluate", "predict", "inspect", "export", "import", "models", "data", "runs", "validate"];

describe("help", () => {
  it("lists every command, with first steps and exit codes", async () => {
    const { out } = await parse("--help");
    for (const command of commands) expect(out).toMatch(new RegExp(`^  ${command}\\b.*\\S`, "m"));
    expect(out).toContain("First steps:");
    expect(out).toContain("130 stopped");
  });

  it.each(commands)("of %s says what it does, its options and examples that parse", async (command) => {
    const { out, error } = await parse(command, "--help");
    expect(error?.exitCode).toBe(0);
    expect(out).toMatch(new RegExp(`^Usage: ptune ${command}`));
    expect(out).toContain("--json");
    expect(out).toContain("--runs <folder>");
    expect(out).not.toContain("undefined");
    const examples = out.slice(out.indexOf("Examples:")).match(/^ {2}(?:cat \S+ \| )?ptune .+$/gm)!;
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) {
      const words = example.replace(/^.*?ptune /, "").replace(/ > .*$/, "").match(/'[^']*'|"[^"]*"|\S+/g)!;
      const parsed = await parse(...words.map((word) => word.replace(/^(['"])(.*)\1$/, "$2")));
      expect(parsed.error, example).toBeUndefined();
      expect(parsed.settings, example).toBeDefined();
    }
  });

  it("no line is wider than 120 columns", async () => {
    for (const command of [[], ...commands.map((each) => [each])]) {
      const { out } = await parse(...command, "--help");
      expect(out.split("\n").filter((line) => line.length > 120 && !line.includes("ptune import prompt.npy"))).toEqual([]);
    }
  });
});

describe("the command line", () => {
  it("takes --json and --runs before and after the command's name", async () => {
    for (const argv of [["--json", "--runs", "r", "run", "a.json"], ["run", "a.json", "--json", "--runs", "r"], ["run", "--json", "a.json", "--runs=r"]]) {
      const { settings, error } = await parse(...argv);
      expect(error).toBeUndefined();
      expect(settings).toEqual({ json: true, runsRoot: "/here/r", runsNamed: true });
    }
    expect((await parse("runs")).settings).toEqual({ json: false, runsRoot: "/here/.ptune/runs", runsNamed: false });
  });

  it.each([
    [["rnu", "x"], "(Did you mean run?)"],
    [["run", "a.json", "--jsno"], "(Did you mean --json?)"],
    [["evaluate", "a", "--splti", "test"], "(Did you mean --split?)"],
    [["run"], "missing required argument 'file'"],
    [["run", "a", "b"], "too many arguments"],
    [["export", "a"], "required option '--to <folder>' not specified"],
    [["export", "a", "--to", "b", "--format", "zip"], "Allowed choices are peft, npy, koboldai"],
    [["evaluate", "a", "--split", "train"], "Allowed choices are validation, test"],
    [["evaluate", "a", "--split", "test", "--file", "b"], "cannot be used with"],
    [["inspect", "a", "--k", "0"], "whole number from 1 to 1000"],
    [["inspect", "a", "--k", "5x"], "whole number"],
    [["validate"], "missing required argument"],
  ])("refuses %j: %s", async (argv, message) => {
    const { error, settings } = await parse(...argv);
    expect(error?.message).toContain(message);
    expect(settings).toBeUndefined();
  });

  it("every option of every command is described", () => {
    const program = createProgram({ writeOut: () => undefined, currentFolder: "/", context: () => Promise.reject(new Error()) as never, exit: () => undefined });
    const visit = (command: Command): void => {
      for (const option of command.options) expect(option.description, `${command.name()} ${option.flags}`).toMatch(/\S/);
      for (const argument of command.registeredArguments) expect(argument.description, `${command.name()} ${argument.name()}`).toMatch(/\S/);
      command.commands.forEach(visit);
    };
    visit(program);
    expect(program.commands.map((command) => command.name())).toEqual(commands);
  });
});
