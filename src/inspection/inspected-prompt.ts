import { existsSync, statSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { readSoftPrompt } from "../adapter/read-prompt.js";
import { PromptTuningError } from "../common/errors.js";
import { type Experiment, experimentSchema } from "../experiment/schema.js";
import { CheckpointStore } from "../runs/checkpoint-store.js";
import { RunFolder } from "../runs/run-folder.js";
import { RunStore } from "../runs/run-store.js";
import { taskFacts } from "../tasks/task-facts.js";
import { parseTemplate, virtualTokenCount } from "../tasks/template.js";

/** A soft prompt and what is known about it without its backbone. */
export interface InspectedPrompt {
  /** The run's folder, the adapter's, or the file. */
  readonly path: string;
  /** A name for a person. */
  readonly label: string;
  readonly source: "run" | "adapter" | "file";
  readonly run?: RunFolder;
  /** [virtualTokens, width], row-major. */
  readonly prompt: Float32Array;
  readonly virtualTokens: number;
  readonly width: number;
  /** Step of the checkpoint it comes from; null where it is final. */
  readonly checkpoint: number | null;
  /** The backbone it belongs to, where that is written down, and what its path is relative to. */
  readonly model?: Experiment["model"];
  readonly modelFolder: string;
  readonly trainedOn?: { readonly name: string; readonly sha256: string };
  readonly task?: Experiment["task"];
}

/** What a path means: a run (its folder, or a file of its adapter), an adapter's folder, or a single file. */
export function inspectedPlace(given: string): { readonly kind: InspectedPrompt["source"]; readonly path: string } {
  const place = path.resolve(given);
  const stat = given.includes("\0") ? undefined : statSync(place, { throwIfNoEntry: false });
  const folder = stat?.isDirectory() ? place : path.dirname(place);
  if (stat?.isDirectory() && isRun(place)) return { kind: "run", path: place };
  if (path.basename(folder) === "adapter" && isRun(path.dirname(folder))) return { kind: "run", path: path.dirname(folder) };
  if (stat?.isDirectory() || existsSync(path.join(folder, "adapter_config.json"))) return { kind: "adapter", path: folder };
  return { kind: "file", path: place };
}

function isRun(folder: string): boolean {
  const run = new RunFolder(folder);
  return existsSync(run.journal) && existsSync(run.experiment);
}

/** @throws PromptTuningError kind "model", "run", "storage" or "integrity". */
export function readInspectedPrompt(given: string): InspectedPrompt {
  const place = inspectedPlace(given);
  return place.kind === "run" ? readRun(new RunFolder(place.path)) : readAdapter(place.path, place.kind);
}

function readAdapter(place: string, source: "adapter" | "file"): InspectedPrompt {
  const { adapter, prompt, virtualTokens, width } = readSoftPrompt(place);
  const tuning = adapter?.tuning;
  return {
    path: place,
    label: path.basename(place),
    source,
    prompt,
    virtualTokens,
    width,
    checkpoint: null,
    model: tuning?.model ?? tuning?.backbone.name,
    modelFolder: source === "adapter" ? place : path.dirname(place),
    trainedOn: tuning ? { name: tuning.backbone.name, sha256: tuning.backbone.sha256 } : adapter?.config.base_model_name_or_path ? { name: adapter.config.base_model_name_or_path, sha256: "" } : undefined,
    task: tuning?.task,
  };
}

function readRun(run: RunFolder): InspectedPrompt {
  const store = new RunStore(path.dirname(run.path));
  const experiment = experimentOf(store, run);
  const about = { path: run.path, label: run.name, source: "run", run, model: experiment?.model, modelFolder: run.path, task: experiment?.task, trainedOn: trainedOn(store, run) } as const;
  if (existsSync(run.adapter)) {
    const { prompt, virtualTokens, width } = readSoftPrompt(run.adapter);
    return { ...about, prompt, virtualTokens, width, checkpoint: null };
  }
  const checkpoint = new CheckpointStore(run.checkpoints).latest();
  const prompt = checkpoint?.tensors["best/prompt"] ?? checkpoint?.tensors["values/prompt"];
  const virtualTokens = experiment && virtualTokensOf(experiment.task);
  if (!checkpoint || !prompt || !virtualTokens) {
    throw new PromptTuningError("run", `The run ${run.name} has nothing to look into yet.`, {
      reason: experiment ? "It has neither an adapter nor a checkpoint." : "Its experiment cannot be read, which says how long its prompt is.",
      advice: "Resume it, or wait for its first checkpoint.",
    });
  }
  if (prompt.length % virtualTokens !== 0)
    throw new PromptTuningError("run", `The checkpoint of the run ${run.name} does not fit its template.`, { reason: `${prompt.length} numbers are no ${virtualTokens} vectors.`, advice: "Resume the run from an earlier checkpoint." });
  const step = "best/prompt" in checkpoint.tensors ? bestStep(checkpoint.json) : undefined;
  return { ...about, prompt, virtualTokens, width: prompt.length / virtualTokens, checkpoint: step ?? checkpoint.step };
}

/** Virtual tokens of a task's template; undefined where the template is damaged. */
function virtualTokensOf(task: Experiment["task"]): number | undefined {
  try {
    return virtualTokenCount(parseTemplate(task.template, taskFacts[task.type].answer).template);
  } catch {
    return undefined;
  }
}

function bestStep(json: unknown): number | undefined {
  return z.object({ best: z.object({ step: z.number() }) }).safeParse(json).data?.best.step;
}

function experimentOf(store: RunStore, run: RunFolder): Experiment | undefined {
  try {
    return experimentSchema.safeParse(store.readExperiment(run)).data;
  } catch {
    return undefined;
  }
}

function trainedOn(store: RunStore, run: RunFolder): InspectedPrompt["trainedOn"] {
  try {
    const { name, sha256 } = store.readEnvironment(run).model;
    return { name, sha256 };
  } catch {
    return undefined;
  }
}
