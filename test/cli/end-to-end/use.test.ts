import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { resultEventSchema, runEventSchema } from "../../../src/runs/events.js";
import { type Ended, withBuiltPtune, workspace } from "./ptune.js";

withBuiltPtune();
const here = workspace();
let trained: Ended;
let run: string;

// eslint-disable-next-line no-control-regex
const control = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/;

beforeAll(async () => {
  here.writeExperiment();
  trained = await here.run(["run", "tiny.ptune.json"]);
  [run] = here.runs();
}, 60_000);

describe("ptune run", () => {
  it("trains, compares and reports on standard output; progress goes to standard error, without carriage returns", () => {
    expect(trained.code, trained.stderr).toBe(0);
    expect(trained.stdout).toContain("On 12 held-out rows");
    for (const row of ["majority", "zero-shot", "hard prompt: yes or no", "soft prompt"]) expect(trained.stdout).toMatch(new RegExp(`^  ${row} +[01]\\.\\d{4} +[01]\\.\\d{4}`, "m"));
    expect(trained.stdout).toContain("true label (rows) against predicted label (columns)");
    expect(trained.stdout).toMatch(/^ {3}1 \S+ -?0\.\d\d +2 \S+ -?0\.\d\d/m);
    expect(trained.stdout).not.toMatch(control);
    expect(trained.stderr).not.toMatch(control);
    expect(trained.stderr).toMatch(/^Training \.\.\.$/m);
    expect(trained.stderr.match(/^ {2}step \d+: training loss [\d.]+, validation accuracy /gm)).toHaveLength(2);
  });

  it("the folders it names exist, and the command it shows works when pasted", async () => {
    const adapter = /^ {2}PEFT folder +(.+)$/m.exec(trained.stdout)![1];
    expect(JSON.parse(here.read(path.join(adapter, "adapter_config.json"))).peft_type).toBe("PROMPT_TUNING");
    expect(existsSync(here.file(path.join(adapter, "adapter_model.safetensors")))).toBe(true);
    const command = /^ {2}Try it +(.+)$/m.exec(trained.stdout)![1];
    expect(command).toMatch(/^node \S+ptune\.js predict tiny-/);
    const pasted = spawn("sh", ["-c", command], { cwd: here.folder });
    let shown = "";
    pasted.stdout.on("data", (part) => (shown += part));
    expect(await new Promise((resolve) => pasted.on("close", resolve))).toBe(0);
    expect(shown).toMatch(/^(ham|spam) +[01]\.\d{3} +your text$/m);
  });

  it("with --json prints the events, each as the schema says, the result last", async () => {
    const { code, stdout, json } = await here.run(["run", "tiny.ptune.json", "--json", "--runs", "json-runs"]);
    expect(code).toBe(0);
    const events = json();
    for (const event of events) runEventSchema.parse(event);
    const last = resultEventSchema.strict().parse(events.at(-1));
    expect(last).toMatchObject({ status: "succeeded", test: { items: 12, labels: ["ham", "spam"] } });
    expect(Object.keys(last.baselines)).toEqual(["majority", "zero-shot", "hard prompt: yes or no"]);
    expect(last.run.startsWith(here.file("json-runs"))).toBe(true);
    expect(events.filter(({ type }) => type === "step")).toHaveLength(20);
    expect(events.filter(({ type }) => type === "evaluation")).toHaveLength(3);
    expect(new Set(events.map(({ type }) => type))).toEqual(new Set(["state", "phase", "step", "evaluation", "checkpoint", "baseline", "result"]));
    // What is printed is what is kept: the journal's events in the journal's order.
    const kept = readFileSync(path.join(last.run, "journal.jsonl"), "utf8").trimEnd().split("\n");
    const types = kept.map((line) => /"type":"(\w+)"/.exec(line)![1]);
    expect(types.length).toBeGreaterThan(30);
    expect(events.map(({ type }) => type).slice(-types.length)).toEqual(types);
    expect(stdout).not.toMatch(control);
  });
});

describe("a learned prompt", () => {
  it("predicts texts of the command line, of a file and of standard input alike", async () => {
    here.write("mails.txt", "free money offer 7\n\nsee you at lunch 8\n");
    const answers = await Promise.all([
      here.run(["predict", run, "free money offer 7", "see you at lunch 8", "--json"]),
      here.run(["predict", run, "--file", "mails.txt", "--json"]),
      here.run(["predict", "tiny", "--json"], { input: '{"text": "free money offer 7"}\nsee you at lunch 8' }),
    ]);
    for (const { code, json } of answers) {
      expect(code).toBe(0);
      expect(json().map(({ type, index, predicted, row }) => ({ type, index, predicted, row }))).toEqual([
        { type: "prediction", index: 0, predicted: "spam", row: { text: "free money offer 7" } },
        { type: "prediction", index: 1, predicted: "ham", row: { text: "see you at lunch 8" } },
      ]);
      for (const { predicted, probabilities } of json()) {
        expect(probabilities.ham + probabilities.spam).toBeCloseTo(1, 5);
        expect(probabilities[predicted]).toBeGreaterThan(0.5);
      }
    }
  });

  it("nothing to predict, or two sources of texts, is a usage error", async () => {
    const [nothing, both, missing] = await Promise.all([here.run(["predict", run], { input: " \n" }), here.run(["predict", run, "a", "--file", "b"]), here.run(["predict", run, "--file", "none.txt"])]);
    expect([nothing.code, nothing.stderr]).toEqual([2, "Standard input holds no text. Give texts as arguments, with --file, or one a line on standard input.\n"]);
    expect([both.code, both.stderr]).toEqual([2, "Texts were given both on the command line and with --file. Give them one way.\n"]);
    expect([missing.code, missing.stderr]).toEqual([2, "The file none.txt cannot be read. There is no such file. Check the path.\n"]);
  });

  it("a text cannot act on the terminal", async () => {
    const { code, stdout } = await here.run(["predict", run, "a\u001b]0;owned\u0007\u202eb"]);
    expect(code).toBe(0);
    expect(stdout).toContain("a␛]0;owned␇<U+202E>b");
    expect(stdout).not.toMatch(control);
  });

  it("is measured again with the same figures", async () => {
    const [own, file, dev] = await Promise.all([here.run(["evaluate", run, "--json"]), here.run(["evaluate", run, "--file", "test.tsv", "--json"]), here.run(["evaluate", run, "--split", "validation"])]);
    const told = /^ {2}soft prompt +([\d.]+) +([\d.]+) +([\d.]+)$/m.exec(trained.stdout)!;
    for (const { code, json } of [own, file]) {
      expect(code).toBe(0);
      const [{ type, measures }] = json();
      expect(type).toBe("evaluation");
      expect([measures.accuracy.toFixed(4), measures.macroF1.toFixed(4), measures.loss.toFixed(3)]).toEqual(told.slice(1));
    }
    expect(dev.stdout).toContain("On 8 rows (validation)");
    expect(dev.stdout).toMatch(/^ {2}ham +\d+ +\d+$/m);
  });

  it("is inspected by each metric; the report's nearest tokens are the first ones", async () => {
    const [json, table] = await Promise.all([here.run(["inspect", run, "--json", "--k", "3"]), here.run(["inspect", run, "--metric", "l2", "--k", "2", "--faithfulness"])]);
    expect(json.code).toBe(0);
    const [inspection] = json.json();
    expect(inspection.type).toBe("inspection");
    expect(inspection.virtualTokens).toHaveLength(4);
    for (const { cosine, l2, dot } of inspection.virtualTokens) {
      expect([cosine.length, l2.length, dot.length]).toEqual([3, 3, 3]);
      expect(cosine[0].cosine).toBeGreaterThanOrEqual(cosine[1].cosine);
      expect(l2[0].l2).toBeLessThanOrEqual(l2[1].l2);
    }
    expect(trained.stdout).toContain(` 1 ${inspection.virtualTokens[0].cosine[0].token} ${inspection.virtualTokens[0].cosine[0].cosine.toFixed(2)}`);
    expect(table.code, table.stderr).toBe(0);
    expect(table.stdout).toContain("nearest tokens (Euclidean distance)");
    expect(table.stdout).toContain("With every vector replaced by its nearest token");
    expect(table.stdout).toContain("can mislead");
  });

  it("is exported, imported and answers the same; an existing export is kept unless told", async () => {
    const expected = (await here.run(["predict", run, "free money", "--json"])).stdout;
    for (const [format, to, file] of [["peft", "exported/peft", "exported/peft/adapter_model.safetensors"], ["npy", "exported", "exported/prompt.npy"], ["koboldai", "exported", "exported/prompt.zip"]]) {
      const exported = await here.run(["export", run, "--format", format, "--to", to, "--json"]);
      expect(exported.code, exported.stderr).toBe(0);
      expect(exported.json()[0]).toMatchObject({ type: "export", format });
      expect(readFileSync(here.file(file)).length).toBeGreaterThan(4 * 32 * 4);
    }
    const again = await here.run(["export", run, "--format", "npy", "--to", "exported"]);
    expect(again.code).toBe(1);
    expect(again.stderr).toContain("--overwrite");
    expect((await here.run(["export", run, "--format", "npy", "--to", "exported", "--overwrite"])).code).toBe(0);

    const model = path.relative(here.folder, here.write("model.gguf", readFileSync(path.join(__dirname, "../../fixtures/tiny.gguf"))));
    const imported = await here.run(["import", "exported/prompt.npy", "--name", "taken", "--model", model, "--template", "Message: {text}\n{soft:4}Spam:{label}", "--verbalizer", "ham= no", "spam= yes", "--json"]);
    expect(imported.code, imported.stderr).toBe(0);
    const { folder } = imported.json()[0];
    expect(folder).toBe(here.file(".ptune/prompts/taken"));
    const answered = await here.run(["predict", folder, "free money", "--json"]);
    expect(answered.code, answered.stderr).toBe(0);
    expect(answered.json()[0].probabilities.spam).toBeCloseTo(JSON.parse(expected).probabilities.spam, 5);
    const peft = await here.run(["import", "exported/peft", "--name", "peft-again", "--json"]);
    expect(peft.code, peft.stderr).toBe(0);
    expect((await here.run(["predict", peft.json()[0].folder, "free money", "--json"])).json()[0].probabilities.spam).toBeCloseTo(JSON.parse(expected).probabilities.spam, 5);
  });

  it("is in the list of runs", async () => {
    const [listed, json] = await Promise.all([here.run(["runs"]), here.run(["runs", "--json"])]);
    expect(listed.stdout).toMatch(new RegExp(`^${run} +succeeded +20 +accuracy +[01]\\.\\d{4}`, "m"));
    expect(json.json()).toEqual([expect.objectContaining({ type: "run", name: run, state: "succeeded", step: 20, active: false, interrupted: false, damage: [] })]);
    expect((await here.run(["runs", "--runs", "nowhere"])).stdout).toBe("There are no runs in nowhere.\n");
  });
});

describe("without any run", () => {
  it("models lists the catalogue, as text and as JSON", async () => {
    const [text, json] = await Promise.all([here.run(["models"]), here.run(["models", "list", "--json"])]);
    expect(text.stdout).toMatch(/^smollm2-135m-instruct +98\.4 MB +no /m);
    expect(json.json()).toEqual([
      expect.objectContaining({ type: "model", name: "smollm2-135m-instruct", downloaded: false, licence: "Apache-2.0" }),
      expect.objectContaining({ type: "model", name: "gemma-3-270m", downloaded: false, licence: "Gemma Terms of Use" }),
      expect.objectContaining({ type: "model", name: "all-minilm-l6-v2", downloaded: false, licence: "Apache-2.0" }),
    ]);
  });

  it("validate tells each file's state", async () => {
    here.write("wrong.ptune.json", '{"name": "x",\n "modle": "smollm2-135m-instruct"}');
    const { code, stdout } = await here.run(["validate", "tiny.ptune.json", "wrong.ptune.json", "missing.ptune.json"]);
    expect(code).toBe(2);
    expect(stdout).toMatch(/^tiny\.ptune\.json is right\.$/m);
    expect(stdout).toMatch(/^wrong\.ptune\.json:2:2: error: .*"model"/m);
    expect(stdout).toMatch(/^missing\.ptune\.json has 1 error\.$/m);
    const json = await here.run(["validate", "tiny.ptune.json", "--json"]);
    expect([json.code, json.json()]).toEqual([0, [{ type: "validation", file: "tiny.ptune.json", valid: true, diagnostics: [] }]]);
  });

  it("help and version do not load the engine", async () => {
    const refuse = here.write("no-engine.cjs", 'const load = require("node:module")._load; require("node:module")._load = (name, ...rest) => { if (/onnxruntime/.test(name)) throw new Error("the engine was loaded"); return load(name, ...rest); };');
    const environment = { NODE_OPTIONS: `--require ${refuse}` };
    expect((await here.run(["--version"], { environment })).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect((await here.run(["run", "--help"], { environment })).code).toBe(0);
    const none = await here.run([], { environment });
    expect([none.code, none.stdout.startsWith("Usage: ptune")]).toEqual([0, true]);
    // The trap itself works.
    expect((await here.run(["run", "tiny.ptune.json"], { environment })).stderr).toContain("The engine was loaded");
  });

  it("a reader that goes away is no failure", async () => {
    const { process: child, ended } = here.start(["runs", "--json"]);
    child.stdout!.destroy();
    const { stderr, code } = await ended;
    expect([stderr, code]).toEqual(["", 0]);
  });
});
