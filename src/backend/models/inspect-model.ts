import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import path from "node:path";
import { openBackbone } from "../../backbone/open-backbone.js";
import { type StepSize, usualStep } from "../../backbone/facts/estimate-memory.js";
import { addGgufFacts } from "../../backbone/facts/gguf-facts.js";
import { type FactsDraft, type ModelFacts, type ModelProblem, problemOf } from "../../backbone/facts/model-facts.js";
import { addOnnxFacts } from "../../backbone/facts/onnx-facts.js";
import { addSafetensorsFacts } from "../../backbone/facts/safetensors-facts.js";
import { hashGgufModel, readGgufModel } from "../../backbone/gguf/model-header.js";
import { partNameOf } from "../../backbone/gguf/part-name.js";
import { usableByName, usableInFolder } from "../../backbone/facts/usable-instead.js";
import { hashOfFolder } from "../../backbone/safetensors/open-safetensors-backbone.js";
import { cacheFolder } from "../../backbone/sources/cache-folder.js";
import { hashFile } from "../../backbone/sources/file-integrity.js";
import type { FetchOptions, ModelFiles } from "../../backbone/sources/source.js";
import { PromptTuningError } from "../../common/errors.js";
import { GradientNotes } from "../gradient-notes.js";
import { checkGradient } from "./check-gradient.js";
import { findModel, type FoundModel } from "./find-model.js";

export interface InspectModelOptions extends FetchOptions {
  readonly cache?: string;
  readonly step?: StepSize;
  /** Opens the model and compares its gradient with differences of the loss, whatever was noted before. */
  readonly check?: boolean;
}

/** Files up to this size are hashed to find the note of an earlier check of the gradient; others only where their hash is known. */
const mostHashedBytes = 1024 * 1024 * 1024;

/**
 * What can be said of a model: one of the catalogue, a file, a folder, or a repository of the hub. Nothing large is
 * fetched, and nothing is unpacked unless the gradient is to be checked. A model that cannot be used is no failure: the
 * facts say why, and what can be used instead.
 * @throws PromptTuningError where there is no such model.
 */
export async function inspectModel(name: string, baseFolder: string, options: InspectModelOptions = {}): Promise<ModelFacts> {
  const found = await findModel(name, baseFolder, options);
  const draft: FactsDraft = { ...found.facts, weights: [], usableInstead: [] };
  const { files } = found;
  if (files) {
    try {
      await addFacts(draft, files, options.step ?? usualStep);
      if (!missingRules(draft)) draft.gradient = await gradientOf(files, options);
    } catch (error) {
      if (!(error instanceof PromptTuningError) || error.kind === "stopped") throw error;
      draft.problem = problemOf(error);
    }
    draft.problem = missingRules(draft) ?? wrongGradient(draft) ?? draft.problem;
  }
  draft.problem ??= found.problem;
  if (draft.problem) draft.usableInstead = await instead(found);
  return draft;
}

function missingRules({ operators }: FactsDraft): ModelProblem | undefined {
  if (!operators || operators.missing.length === 0) return undefined;
  return {
    message: "It cannot be trained through.",
    reason: `There is no gradient rule for ${operators.missing.map(({ operator }) => operator).join(", ")}.`,
    advice: "Use another variant of the model, or add a rule (docs/adding-a-family-or-an-operator-rule.md).",
  };
}

function wrongGradient({ gradient }: FactsDraft): ModelProblem | undefined {
  if (!gradient || gradient.passed) return undefined;
  return {
    message: "The gradient computed for this model is wrong, so it cannot be trained.",
    reason: `It differs from the measured slope of the loss by ${gradient.relativeErrors.map((error) => error.toPrecision(2)).join(" and ")}.`,
    advice: "Use another export or variant of the model, and please report this one with its name.",
  };
}

async function addFacts(draft: FactsDraft, files: ModelFiles, step: StepSize): Promise<void> {
  if (files.format === "gguf") await addGgufFacts(draft, files.modelFile, step);
  else if (files.format === "onnx") await addOnnxFacts(draft, files, step);
  else await addSafetensorsFacts(draft, files, step);
}

/** Checked now, or as an earlier load noted it. */
async function gradientOf(files: ModelFiles, { check, cache = cacheFolder(), onProgress }: InspectModelOptions): Promise<ModelFacts["gradient"]> {
  const notes = new GradientNotes(cache);
  if (!check) {
    const hash = await hashOf(files);
    const kept = hash === undefined ? undefined : await notes.read(hash);
    return kept && { ...kept, relativeErrors: [...kept.relativeErrors] };
  }
  const backbone = await openBackbone(files, { cache, onProgress: (done, total) => onProgress?.({ phase: "unpacking", file: files.name, done, total }) });
  try {
    const result = await checkGradient(backbone);
    if (result.passed) await notes.write(backbone.description.hash, "vocabulary", result);
    return { ...result, relativeErrors: [...result.relativeErrors] };
  } finally {
    await backbone.dispose();
  }
}

async function hashOf(files: ModelFiles): Promise<string | undefined> {
  if (files.sha256 && !partNameOf(files.modelFile)) return files.sha256;
  const sizes = await Promise.all(files.files.map(({ path: file }) => stat(file)));
  if (sizes.reduce((sum, { size }) => sum + size, 0) > mostHashedBytes) return undefined;
  if (files.format === "gguf") return hashGgufModel(await readGgufModel(files.modelFile), files.sha256);
  return files.format === "safetensors" ? hashOfFolder(files) : hashFile(files.modelFile, createHash("sha256"));
}

async function instead({ files, repository, facts }: FoundModel): Promise<string[]> {
  const byName = repository ? usableByName(repository, facts.file) : [];
  return byName.length > 0 || !files ? byName : usableInFolder(path.dirname(files.modelFile), files.modelFile);
}
