import { lookAtWeights } from "../../adapter/weights-file.js";
import { PromptTuningError } from "../../common/errors.js";
import { type InspectedPrompt, inspectedPlace, readInspectedPrompt } from "../../inspection/inspected-prompt.js";
import type { Inspection } from "../../inspection/inspection-schema.js";
import { readInspection } from "../../inspection/kept-inspection.js";
import { rowNorms } from "../../inspection/norms.js";
import { pairwiseSimilarity } from "../../inspection/similarity.js";
import { readSnapshots } from "../../inspection/snapshots.js";
import { toErrorData } from "../../protocol/error-data.js";
import type { PromptSubject, Subject } from "../../protocol/webview/inspector.js";

/** Longest prompt whose pairs are shown: its picture has the square of that in cells. */
const mostCompared = 256;

/** What an inspector shows before any backbone is opened. Never throws: what cannot be read is a subject, too. */
export async function readSubject(given: string): Promise<Subject> {
  try {
    const place = inspectedPlace(given);
    if (place.kind !== "run" && given.endsWith(".safetensors")) {
      const weights = lookAtWeights(given);
      if (weights.kind === "other") return { ...weights, path: given };
      if (weights.kind === "damaged") throw weights.error;
    }
    return await promptSubject(readInspectedPrompt(given));
  } catch (error) {
    return { kind: "unreadable", path: given, error: toErrorData(error) };
  }
}

async function promptSubject(inspected: InspectedPrompt): Promise<PromptSubject> {
  const { path, label, source, prompt, virtualTokens, width, checkpoint, task, trainedOn, model, run } = inspected;
  const kept = run && checkpoint === null ? await readInspection(run) : undefined;
  return {
    kind: "prompt",
    path,
    label,
    source,
    virtualTokens,
    width,
    checkpoint,
    template: task?.template ?? null,
    trainedOn: trainedOn?.name ?? null,
    knowsBackbone: model !== undefined,
    norms: Array.from(rowNorms(prompt, width)),
    similarity: virtualTokens <= mostCompared ? pairwiseSimilarity(prompt, width) : null,
    snapshots: snapshotsOf(inspected),
    kept: kept && belongs(kept, virtualTokens) ? { tokens: kept.virtualTokens, vocabularyNorms: kept.vocabularyNorms, faithfulness: kept.faithfulness ?? null } : null,
  };
}

/** A file somebody edited, or of another prompt, is not shown with this one. */
function belongs({ virtualTokens }: Inspection, count: number): boolean {
  return virtualTokens.length === count;
}

function snapshotsOf(inspected: InspectedPrompt): number {
  try {
    return readSnapshots(inspected).steps.length;
  } catch (error) {
    if (error instanceof PromptTuningError) return 0;
    throw error;
  }
}
