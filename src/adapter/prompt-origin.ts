import type { BackboneDescription } from "../backbone/backbone.js";
import { PromptTuningError } from "../common/errors.js";
import { sequenceToSequence } from "./peft-config.js";
import type { PeftAdapter } from "./peft-read.js";

type BackboneKind = "decoder" | "encoder" | "encoder-decoder";

/** PEFT's task types that only one kind of backbone has. A classifier (SEQ_CLS) can be trained on any. */
const kinds: Readonly<Record<string, BackboneKind>> = { CAUSAL_LM: "decoder", FEATURE_EXTRACTION: "encoder", [sequenceToSequence]: "encoder-decoder" };

const named: Readonly<Record<BackboneKind, string>> = { decoder: "a decoder", encoder: "an encoder", "encoder-decoder": "an encoder-decoder" };

const advice = "Use it with the backbone it was trained on.";

/**
 * Whether an adapter can mean anything on a backbone of the right width: its vectors lie among the embeddings of the
 * model it was trained on, and another family's are other ones.
 * @returns what the person should know: the weights are others than those it was trained on.
 * @throws PromptTuningError kind "model" where it was trained on another kind or family of models.
 */
export function checkOrigin({ config, tuning }: Pick<PeftAdapter, "config" | "tuning">, backbone: Pick<BackboneDescription, "name" | "family" | "kind" | "encoder" | "hash">): readonly string[] {
  const refuse = (reason: string): never => {
    throw new PromptTuningError("model", `The soft prompt does not belong on ${backbone.name}.`, { reason, advice });
  };
  const kind = kindOf(backbone);
  const taskType = config.task_type ?? "";
  const trainedOnKind = Object.hasOwn(kinds, taskType) ? kinds[taskType] : undefined;
  if (trainedOnKind && trainedOnKind !== kind) refuse(`It was trained on ${named[trainedOnKind]} (task_type ${taskType}), and ${backbone.name} is ${named[kind]}.`);
  const trainedOn = tuning?.backbone;
  if (!trainedOn || trainedOn.sha256 === backbone.hash) return [];
  if (isKnown(trainedOn.family) && isKnown(backbone.family) && trainedOn.family !== backbone.family)
    refuse(`It was trained on ${trainedOn.name} of the family ${trainedOn.family}, and ${backbone.name} is of the family ${backbone.family}: their embeddings have nothing in common.`);
  return [`It was trained on another file, ${trainedOn.name} (SHA-256 ${trainedOn.sha256.slice(0, 12)}…). With other weights than those it answers worse; measure it with ptune evaluate.`];
}

function kindOf({ kind, encoder }: Pick<BackboneDescription, "kind" | "encoder">): BackboneKind {
  return kind ?? (encoder ? "encoder" : "decoder");
}

/** An export without config.json does not say its family. */
function isKnown(family: string): boolean {
  return family !== "unknown";
}
