import { checkWidth } from "../../adapter/soft-prompt.js";
import type { Backbone } from "../../backbone/backbone.js";
import { PromptTuningError } from "../../common/errors.js";
import type { Experiment } from "../../experiment/schema.js";
import { type InspectedPrompt, readInspectedPrompt } from "../../inspection/inspected-prompt.js";
import type { BackendOptions } from "../options.js";

/** Lends the backbone a model setting names; whoever borrows gives it back. */
export type BorrowBackbone = (model: Experiment["model"], modelFolder: string, options: BackendOptions) => Promise<{ readonly backbone: Backbone; release(): Promise<void> }>;

/** What an inspection looks into. */
export interface InspectionTarget {
  /** A run's folder, an adapter's, or a file. */
  readonly path: string;
  /** The backbone, where the prompt does not say it or another one is wanted; a name of the catalogue. */
  readonly model?: string;
}

export interface InspectorOptions extends BackendOptions {
  readonly borrow: BorrowBackbone;
}

/**
 * Reads the prompt, borrows its backbone for as long as `look` takes, and gives it back.
 * @throws PromptTuningError kind "usage" where the prompt does not say its backbone and none is named, "model" where
 * the widths differ; whatever reading and loading throw.
 */
export async function withBackbone<Result>(target: InspectionTarget, options: InspectorOptions, look: (inspected: InspectedPrompt, backbone: Backbone) => Promise<Result>): Promise<Result> {
  const inspected = readInspectedPrompt(target.path);
  const model = target.model ?? inspected.model;
  if (model === undefined)
    throw new PromptTuningError("usage", "The prompt does not say which backbone it was trained on.", { reason: "It was made elsewhere and has no tuning.json.", advice: "Choose the backbone." });
  const { backbone, release } = await options.borrow(model, inspected.modelFolder, options);
  try {
    checkWidth(inspected, backbone.description);
    return await look(inspected, backbone);
  } finally {
    await release();
  }
}
