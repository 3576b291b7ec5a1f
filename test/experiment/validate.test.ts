import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { validateExperimentText } from "../../src/experiment/load-experiment.js";

const valid = {
  name: "spam",
  model: "smollm2-135m-instruct",
  dataset: { train: "train.tsv", validation: "dev.tsv", test: "test.tsv", columns: { text: "text", label: "label" } },
  task: { type: "classification", template: "Message: {text}\n{soft:20}Spam:{label}", verbalizer: { ham: " no", spam: " yes" }, maxTokens: { text: 128 } },
  method: { type: "prompt-tuning", init: { type: "text", text: "Is this e-mail spam? Answer yes or no." } },
  training: { steps: 300, batchSize: 16, optimizer: "adamw", learningRate: 0.01, schedule: "linear", warmup: 0.05, clipNorm: 1, seed: 1, precision: "auto" },
  evaluation: { every: 50, metric: "accuracy", baselines: ["majority", "zero-shot", { hardPrompt: "Answer yes if the message is spam, otherwise no.\n" }] },
};
const generation = { ...valid, dataset: { train: "t.tsv", columns: { text: "t", output: "o" } }, task: { type: "generation", template: "{soft:5}{text}{output}" }, evaluation: {} };

/** The valid experiment with one value replaced (undefined: removed). */
function changed(path: string, value: unknown, base: object = valid): string {
  const copy = structuredClone(base) as Record<string, unknown>;
  const keys = path.split("/");
  let at = copy;
  for (const key of keys.slice(0, -1)) at = at[key] as Record<string, unknown>;
  if (value === undefined) delete at[keys.at(-1)!];
  else at[keys.at(-1)!] = value;
  return JSON.stringify(copy, undefined, 2);
}

const errors = (text: string) => validateExperimentText(text).diagnostics.filter(({ severity }) => severity === "error");
const warnings = (text: string) => validateExperimentText(text).diagnostics.filter(({ severity }) => severity === "warning");
const marked = (text: string) => errors(text).map(({ offset, length }) => text.slice(offset, offset + length));

describe("a right experiment", () => {
  it("gets every default", () => {
    const { experiment, diagnostics } = validateExperimentText('{ // small\n "name": "a", "model": "m", "dataset": "spam-assassin", "task": { "type": "classification", "template": "{text}{soft:3}", }, }');
    expect(diagnostics).toEqual([]);
    expect(experiment).toMatchObject({
      task: { head: "verbalizer", maxTokens: {} },
      method: { type: "prompt-tuning", init: { type: "random" } },
      training: { steps: 300, batchSize: 8, optimizer: "adamw", seed: 1 },
      evaluation: { every: 50, metric: "accuracy", baselines: ["majority", "zero-shot"] },
    });
    expect(validateExperimentText(JSON.stringify(generation)).experiment?.evaluation).toMatchObject({ metric: "rougeL", baselines: ["zero-shot"] });
  });

  it("is the resolved copy's own resolved copy", () => {
    const { experiment } = validateExperimentText(JSON.stringify(valid));
    expect(validateExperimentText(JSON.stringify(experiment))).toEqual({ experiment, diagnostics: [] });
    expect(experiment).toMatchObject(valid);
  });

  it("may begin with a byte order mark", () => {
    expect(validateExperimentText(`\uFEFF${JSON.stringify(valid)}`).experiment).toBeDefined();
  });

  it("may have labels that are names of Object.prototype", () => {
    const { experiment } = validateExperimentText(changed("task/verbalizer", { constructor: " a", toString: " b" }));
    expect(Object.entries((experiment!.task as { verbalizer: object }).verbalizer)).toEqual([
      ["constructor", " a"],
      ["toString", " b"],
    ]);
  });
});

describe("places and messages", () => {
  it("gives all problems at once, in the file's order, each with line and column", () => {
    const text = `{
  "name": "spam",
  "model": "m", // a comment
  "dataset": { "train": "t.tsv", "columns": { "text": "text", "label": "label" } },
  "task": { "type": "classification", "template": "{txt}{soft:0}" },
  "training": { "stps": 10, "warmup": 2 },
  "evaluation": { "metric": "rougeL" }
}`;
    expect(errors(text).map(({ line, column, path }) => [line, column, path.join("/")])).toEqual([
      [5, 57, "task/template"],
      [6, 17, "training/stps"],
      [6, 39, "training/warmup"],
      [7, 29, "evaluation/metric"],
    ]);
    expect(errors(text)[1].message).toBe('The key "stps" is not known here. Did you mean "steps"?');
    expect(marked(text)).toEqual(["{soft:0}", '"stps"', "2", '"rougeL"']);
  });

  it.each([
    ["training/optimiser", "adamw", "optimizer"],
    ["evaluation/evry", 5, "every"],
    ["task/verbaliser", {}, "verbalizer"],
    ["dataset/colums", {}, "columns"],
    ["method/int", {}, "init"],
    ["method/init/txt", "a", "text"],
    ["Name", "a", "name"],
  ])("names the known key nearest to %s", (path, value, nearest) => {
    expect(errors(changed(path, value)).map(({ message }) => message)).toContainEqual(expect.stringContaining(`Did you mean "${nearest}"?`));
  });

  it("knows the keys of the alternative that the file chose", () => {
    expect(errors(changed("method/init", { type: "random", mostComon: 3 }))[0].message).toBe('The key "mostComon" is not known here. Known keys: type.');
    expect(errors(changed("method/init", { type: "sampled-vocabulary", mostComon: 3 }))[0].message).toContain('"mostCommon"');
    expect(errors(changed("model", { hub: "a/b", revison: "main" })).map(({ message }) => message)).toEqual(['The key "revison" is not known here. Did you mean "revision"?']);
  });

  it("follows escapes of the file into a template", () => {
    const text = String.raw`{"name":"a","model":"m","dataset":"s","task":{"type":"classification","template":"\u0041\n\"{soft:0}{soft:1}"}}`;
    expect(marked(text)).toEqual(["{soft:0}"]);
  });

  it.each([
    ["name", "a b"],
    ["name", undefined],
    ["name", 3],
    ["model", ""],
    ["model", { path: "" }],
    ["dataset/columns/label", undefined],
    ["dataset/columns/text", undefined],
    ["dataset/columns/text", ""],
    ["task/type", "clasification"],
    ["task/template", "{text}{label}"],
    ["task/template", "{soft:5}{text}{soft:1001}"],
    ["task/template", "{soft:5}{text}{label}{label}"],
    ["task/template", "{soft:5}{text}{output}"],
    ["task/verbalizer", { ham: " no" }],
    ["task/verbalizer", { ham: " no", spam: " no" }],
    ["task/verbalizer", { ham: " no", spam: " " }],
    ["task/verbalizer", { "": " no", spam: " yes" }],
    ["task/pooling", "mean"],
    ["task", { type: "classification", template: "{soft:5}{text}{mask}", head: "linear" }],
    ["task/maxTokens", { txt: 3 }],
    ["task/maxTokens", { label: 3 }],
    ["task/maxTokens", { text: 0 }],
    ["training/steps", 0],
    ["training/steps", "many"],
    ["training/learningRate", 0],
    ["training/warmup", 1],
    ["training/warmup", 1.5],
    ["training/clipNorm", -1],
    ["training/seed", 2 ** 31],
    ["evaluation/metric", "rougeL"],
    ["evaluation/baselines", ["majority", "majority"]],
    ["evaluation/baselines", [{ hardPrompt: " " }]],
    ["evaluation/baselines", ["majoritty"]],
  ])("refuses %s = %j, with exactly one message in the right section", (path, value) => {
    const found = errors(changed(path, value));
    const section = path.split("/")[0];
    // A column that is missing is reported where the template asks for it.
    const expected = path === "dataset/columns/text" && value === undefined ? "task" : section;
    expect(found.map((diagnostic) => diagnostic.path[0])).toEqual([expected]);
  });

  it.each([
    ["method/init", { type: "class-labels" }],
    ["evaluation/metric", "accuracy"],
    ["evaluation/baselines", ["majority"]],
    ["task/maxTokens", { output: 3 }],
  ])("refuses %s = %j for a generation task", (path, value) => {
    expect(errors(changed(path, value, generation))).toHaveLength(1);
  });

  it.each([
    ["dataset/columns/sender", "from"],
    ["training/momentum", 0.9],
    ["training/checkpointEvery", 301],
    ["evaluation/every", 301],
    ["task/template", "{text}{soft:1}{label} so"],
  ])("only warns of %s = %j", (path, value) => {
    const text = changed(path, value);
    expect(errors(text)).toEqual([]);
    expect(warnings(text)).toHaveLength(1);
    expect(validateExperimentText(text).experiment).toBeDefined();
  });

  it("reports a key that stands twice, and __proto__", () => {
    const text = JSON.stringify(valid).replace('"seed":1', '"seed":1,"seed":2,"__proto__":{"steps":7}');
    expect(errors(text).map(({ path }) => path.join("/"))).toEqual(["training/seed", "training/__proto__"]);
  });
});

describe("hostile text", () => {
  const places = (text: string) => {
    for (const { offset, length, line, column, message } of validateExperimentText(text).diagnostics) {
      expect(message).not.toBe("");
      expect(offset).toBeGreaterThanOrEqual(0);
      expect(offset + length).toBeLessThanOrEqual(text.length);
      const before = text.slice(0, offset).split("\n");
      expect([line, column]).toEqual([before.length, before.at(-1)!.length + 1]);
    }
  };
  /** Never both or neither: an experiment, or at least one error. */
  const decided = (text: string) => {
    const { experiment, diagnostics } = validateExperimentText(text);
    expect(experiment === undefined).toBe(diagnostics.some(({ severity }) => severity === "error"));
  };

  it("is decided, with places inside the text: any text", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.json(), fc.stringMatching(/^[[\]{}":,\\/*\n 0-9a-eu.+-]{0,60}$/)), (text) => {
        decided(text);
        places(text);
      }),
      { numRuns: 2000 },
    );
  });

  it("is decided, with places inside the text: an experiment with one value replaced by any JSON", () => {
    const keys = fc.constantFrom("name", "model", "dataset", "dataset/columns", "task", "task/type", "task/template", "task/verbalizer", "task/maxTokens", "method", "method/init", "training", "training/steps", "training/earlyStopping", "evaluation", "evaluation/baselines", "training/__proto__", "constructor");
    fc.assert(
      fc.property(keys, fc.jsonValue({ maxDepth: 3 }), (key, value) => {
        const text = changed(key, value);
        decided(text);
        places(text);
      }),
      { numRuns: 2000 },
    );
  });

  it("is decided, with places inside the text: an experiment cut, repeated or with characters changed", () => {
    const text = JSON.stringify(valid, undefined, 1);
    const at = fc.nat({ max: text.length });
    fc.assert(
      fc.property(at, at, fc.string({ unit: "binary", maxLength: 4 }), (from, to, put) => {
        const mutated = text.slice(0, from) + put + text.slice(to);
        decided(mutated);
        places(mutated);
      }),
      { numRuns: 1500 },
    );
  });

  it.each(["/*", "{/*", "{}/* a", '{ "a": 1 /*\n'])("is decided, with places inside the text: the unclosed comment of %j", (text) => {
    decided(text);
    places(text);
    expect(errors(text)).not.toEqual([]);
  });

  it("changes no prototype", () => {
    for (const key of ["__proto__", "constructor", "prototype"])
      for (const path of ["", "task", "training", "dataset", "evaluation"]) {
        const inner = `{"${key}":{"prototype":{"polluted":1},"polluted":1,"steps":7,"name":"x"}}`;
        validateExperimentText(path === "" ? inner : `{"${path}":${inner}}`);
      }
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    const { experiment } = validateExperimentText(`{"__proto__":${JSON.stringify(valid)}}`);
    expect(experiment).toBeUndefined();
  });

  it("is refused for nesting and size, not met with an exhausted stack", () => {
    expect(errors("[".repeat(1_000_000))).toMatchObject([{ message: expect.stringContaining("levels deep"), column: 65 }]);
    expect(errors('{"a":'.repeat(100_000))).toHaveLength(1);
    expect(errors(" ".repeat(1024 * 1024 + 1))).toMatchObject([{ message: expect.stringContaining("longer than") }]);
    expect(errors("}".repeat(200_000)).length).toBeLessThanOrEqual(20);
    // Brackets in texts and comments are no nesting.
    expect(validateExperimentText(`/* ${"[".repeat(100)} */ ${changed("model", "{".repeat(100))}`).experiment).toBeDefined();
  });
});

describe("the settings of a row", () => {
  const pair = { ...valid, dataset: { train: "t", columns: { passage: "p", question: "q", context: "c", label: "l" } }, task: { type: "classification", template: "{soft:5}{context}{passage}{question}{label}", cut: ["passage"], maxRowTokens: 100, context: { maxPassages: 3 } }, evaluation: { baselines: ["without-context"] } };
  const labelling = { ...valid, dataset: { train: "t", columns: { tokens: "w", tags: "s" } }, task: { type: "sequence-labelling", template: "{soft:5}{tokens}{tags}" }, evaluation: {} };

  it("are right as they stand", () => {
    for (const good of [pair, labelling]) expect(validateExperimentText(JSON.stringify(good)).diagnostics).toEqual([]);
    expect(validateExperimentText(JSON.stringify(pair)).experiment?.task).toMatchObject({ context: { maxPassages: 3, separator: "\n" } });
    expect(validateExperimentText(JSON.stringify(labelling)).experiment).toMatchObject({ task: { target: "spans", maxNewTokens: 96 }, evaluation: { metric: "spanF1", baselines: ["zero-shot"] } });
  });

  it.each([
    [pair, "task/cut", ["pasage"], '"pasage"'],
    [pair, "task/cut", ["label"], '"label"'],
    [pair, "task/cut", [], "[]"],
    [pair, "task/maxRowTokens", 5, "5"],
    [{ ...pair, dataset: { train: "t", columns: { question: "q", label: "l" } } }, "task", { type: "classification", template: "{soft:2}{question}" }, '"without-context"'],
    [labelling, "task/template", "{soft:5}{text}{tags}", '"{soft:5}{text}{tags}"'],
    [labelling, "evaluation/metric", "accuracy", '"accuracy"'],
    [labelling, "evaluation/baselines", ["majority"], '"majority"'],
    [labelling, "task/target", "iob", '"iob"'],
    [labelling, "task/verbalizer", { a: "x", b: "x" }, '"x"'],
  ])("%# are refused where they are wrong", (base, at, value, place) => {
    expect(marked(changed(at, value, base))).toContain(place);
  });

  it("are warned of where they do nothing", () => {
    expect(warnings(changed("task/template", "{soft:5}{passage}{question}", { ...pair, evaluation: {} })).map(({ path }) => path.join("."))).toContain("task.context");
    expect(warnings(changed("task", { type: "classification", template: "{soft:5}{text}", cut: ["text"] })).map(({ path }) => path.join("."))).toContain("task.cut");
  });
});
