import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { unzipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { predictRows } from "../../src/backend/predict.js";
import { registerTransfer } from "../../src/backend-process/handlers/transfer.js";
import { PromptTuningError } from "../../src/common/errors.js";
import { loadExperiment } from "../../src/experiment/load-experiment.js";
import { backendPeer } from "../backend/playground/backend-peer.js";
import { spam, TinyRuns, tinyModel } from "../backend/playground/tiny-runs.js";

let here: TinyRuns;
let run: string;
let backend: ReturnType<typeof backendPeer>;
const refusal = (work: Promise<unknown>): Promise<PromptTuningError> => work.then(() => expect.fail("it was not refused"), (error) => error);
const row = { text: "free money offer 7" };
const answer = async (reference: string) => (await predictRows(reference, [row], { runsRoot: here.runsRoot, cache: here.cache }))[0].probabilities!.get("spam");

beforeAll(async () => {
  here = new TinyRuns();
  run = await here.train(spam());
  backend = backendPeer(here.cache, registerTransfer);
}, 60_000);
afterAll(() => {
  backend.close();
  here.dispose();
});
const exportAs = (prompt: string, format: "peft" | "npy" | "koboldai" | "experiment", name: string, overwrite = false) => backend.host.call("transfer/export", { runsRoot: here.runsRoot, prompt, format, target: path.join(here.folder, name), overwrite });
const importFrom = (source: string, rest: { name: string; template?: string; verbalizer?: Record<string, string> }) => backend.host.call("transfer/import", { runsRoot: here.runsRoot, source: path.join(here.folder, source), model: { path: tinyModel }, ...rest });

describe("export and import", () => {
  it("go round: what is imported answers as what was exported, in every format", async () => {
    const expected = await answer(run);
    const { template, verbalizer } = spam().task;
    for (const [format, name] of [["peft", "a/peft"], ["npy", "a/prompt.npy"], ["koboldai", "a/prompt.zip"]] as const) {
      const { files } = await exportAs(run, format, name);
      expect(files).toEqual([path.join(here.folder, name)]);
      const { folder } = await importFrom(name, { name: `taken-${format}`, ...(format === "peft" ? {} : { template, verbalizer }) });
      expect(folder).toBe(path.join(here.folder, ".ptune/prompts", `taken-${format}`));
      // Without a template of its own, the task has no limit on the text; it is short here.
      expect(await answer(folder)).toBe(expected);
      const again = await exportAs(folder, format, `b/${name}`);
      expect(existsSync(again.files[0])).toBe(true);
    }
    expect(readFileSync(path.join(here.folder, "b/a/prompt.npy"))).toEqual(readFileSync(path.join(here.folder, "a/prompt.npy")));
    const tensors = (name: string) => Object.entries(unzipSync(readFileSync(path.join(here.folder, name)))).find(([file]) => file.endsWith(".npy"))![1];
    expect(tensors("b/a/prompt.zip")).toEqual(tensors("a/prompt.zip"));
  });

  it("a prompt that does not stand in front is exported for PEFT with a word of caution", async () => {
    const { notices } = await exportAs(run, "peft", "caution");
    expect(notices).toEqual([expect.stringContaining("only in front of the text")]);
  });

  it("an experiment is exported so that it runs where it lies now", async () => {
    const { files } = await exportAs(run, "experiment", "elsewhere/again.ptune.json");
    const { experiment, folder } = await loadExperiment(files[0]);
    expect(folder).toBe(path.join(here.folder, "elsewhere"));
    expect(experiment).toMatchObject({ name: "spam", training: { steps: 20, optimizer: "adamw" }, dataset: { train: "../train.tsv" } });
    const again = await here.train({ ...experiment, dataset: { ...(experiment.dataset as object), train: "train.tsv", validation: "dev.tsv", test: "test.tsv" } });
    expect(await answer(again)).toBe(await answer(run));
    expect(await refusal(exportAs(path.join(run, "adapter"), "experiment", "none.ptune.json"))).toMatchObject({ kind: "run", advice: "Export it in one of the other formats." });
  });

  it("never replaces what is there unless told", async () => {
    await exportAs(run, "npy", "kept.npy");
    expect(await refusal(exportAs(run, "npy", "kept.npy"))).toMatchObject({ kind: "storage" });
    await exportAs(run, "npy", "kept.npy", true);
    await exportAs(run, "experiment", "kept.ptune.json");
    expect(await refusal(exportAs(run, "experiment", "kept.ptune.json"))).toMatchObject({ kind: "storage" });
  });

  it("a source is looked at first: what it is, what it says, and a name for it", async () => {
    await exportAs(run, "npy", "some prompt (2).npy");
    expect(await backend.host.call("transfer/look", { source: path.join(here.folder, "some prompt (2).npy") })).toEqual({ format: "npy", virtualTokens: 4, width: 32, template: null, backbone: null, model: null, name: "some-prompt-2" });
    const own = await backend.host.call("transfer/look", { source: path.join(run, "adapter") });
    expect(own).toMatchObject({ format: "peft", virtualTokens: 4, width: 32, template: spam().task.template, backbone: "tiny", name: path.basename(run).slice(0, 64) });
    expect(own.model).toEqual({ path: tinyModel });
    const moved = path.join(here.folder, "moved");
    cpSync(path.join(run, "adapter"), moved, { recursive: true });
    mkdirSync(path.join(here.folder, "x"));
    // From another folder, the path that it was written with leads nowhere.
    const tuning = path.join(moved, "tuning.json");
    const text = JSON.parse(readFileSync(tuning, "utf8"));
    here.write("moved/tuning.json", JSON.stringify({ ...text, model: { path: "gone.gguf" } }));
    expect((await backend.host.call("transfer/look", { source: moved })).model).toBeNull();
    rmSync(tuning);
    expect(await backend.host.call("transfer/look", { source: moved })).toMatchObject({ template: null, backbone: null, model: null });
    expect(await refusal(backend.host.call("transfer/look", { source: here.folder }))).toMatchObject({ kind: "model" });
  });

  it("a PEFT folder's base model is found in the catalogue", async () => {
    const folder = path.join(here.folder, "based");
    cpSync(path.join(run, "adapter"), folder, { recursive: true });
    rmSync(path.join(folder, "tuning.json"));
    const config = JSON.parse(readFileSync(path.join(folder, "adapter_config.json"), "utf8"));
    here.write("based/adapter_config.json", JSON.stringify({ ...config, base_model_name_or_path: "HuggingFaceTB/SmolLM2-135M-Instruct" }));
    expect(await backend.host.call("transfer/look", { source: folder })).toMatchObject({ backbone: "HuggingFaceTB/SmolLM2-135M-Instruct", model: "smollm2-135m-instruct" });
  });
});
